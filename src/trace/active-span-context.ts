import { isSpanContextValid, type SpanContext } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { hasIdentity } from "../context/span-identity.ts";

/** HOT. That of the active span; undefined where there is none, or it is invalid. Never throws: the span may be another SDK's. */
export function activeSpanContext({ span }: Context): SpanContext | undefined {
  if (span === undefined) return undefined;
  try {
    const spanContext = span.spanContext();
    return hasIdentity(span) || isSpanContextValid(spanContext) ? spanContext : undefined;
  } catch {
    return undefined;
  }
}
