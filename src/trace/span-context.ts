import type { SpanContext, TraceState } from "@opentelemetry/api";
import type { SpanId, TraceId } from "../core/ids.ts";

/** What a span of ours is known by. */
interface Identity {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly traceFlags: number;
  readonly inheritedState: TraceState | undefined;
}

/** The span context of a span of ours. */
export function spanContextOf({ traceId, spanId, traceFlags, inheritedState }: Identity): SpanContext {
  const context: SpanContext = { traceId: traceId.hex, spanId: spanId.hex, traceFlags };
  if (inheritedState !== undefined) context.traceState = inheritedState;
  return context;
}

/** A span context's fields, read once: they may be getters of its class, and its owner may change them. */
export function copySpanContext({
  traceId,
  spanId,
  traceFlags,
  traceState,
  isRemote,
}: SpanContext): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags,
    ...(traceState === undefined ? {} : { traceState }),
    ...(isRemote === undefined ? {} : { isRemote }),
  };
}
