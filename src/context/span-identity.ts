import type { Span, SpanContext, TraceState } from "@opentelemetry/api";
import { type SpanId, TraceId } from "../core/ids.ts";

/** What a span of ours is known by. */
export interface SpanIdentity {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly traceFlags: number;
  readonly inheritedState: TraceState | undefined;
}

/** The span context of a span of ours. */
export function spanContextOf({ traceId, spanId, traceFlags, inheritedState }: SpanIdentity): SpanContext {
  const context: SpanContext = { traceId: traceId.hex, spanId: spanId.hex, traceFlags };
  if (inheritedState !== undefined) context.traceState = inheritedState;
  return context;
}

/** Whether a span is one of ours: its ids need no check. */
export function hasIdentity(span: Span): span is Span & SpanIdentity {
  return (span as { readonly traceId?: unknown }).traceId instanceof TraceId;
}
