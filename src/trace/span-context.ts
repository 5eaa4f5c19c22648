import type { SpanContext } from "@opentelemetry/api";

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
