import type { Tracer } from "@opentelemetry/api";
import { ALREADY_TRACED } from "../context/suppression.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { namesSpan } from "./http-attributes.ts";

/** The name under which it asks the API for its tracer. */
export const OFFICIAL_UNDICI = "@opentelemetry/instrumentation-undici";

/**
 * The official instrumentation of undici hears of each request by the same channel as our hook, and adds its headers
 * without looking: together they would make two spans and two traceparents. Whoever hears of a request first traces it.
 * Both are told at once, one after the other, so the memory of a moment is enough: of what our hook has begun, for its
 * spans are made by our tracer, and of the span that it has made, for its header names that.
 */
let begunByUs: HttpExchange | undefined;
let madeByIt: string | undefined;

function forget(): void {
  begunByUs = undefined;
  madeByIt = undefined;
}

/** Begins a request of which our hook has heard; undefined where a traceparent is of the span that the other has made. */
export function unlessTraced(
  traceparents: readonly string[],
  begin: () => HttpExchange | undefined,
): HttpExchange | undefined {
  if (traceparents.some((traceparent) => namesSpan(traceparent, madeByIt))) return undefined;
  begunByUs = begin();
  if (begunByUs !== undefined) queueMicrotask(forget);
  return begunByUs;
}

/** How the other's spans are started: for a request that our hook has begun it gets one that does nothing. */
export function unlessBegun(startSpan: Tracer["startSpan"]): Tracer["startSpan"] {
  return (...args) => {
    if (begunByUs !== undefined) {
      // It measures in any case.
      begunByUs.leaveMeasuring();
      return ALREADY_TRACED;
    }
    const span = startSpan(...args);
    madeByIt = span.spanContext().spanId;
    queueMicrotask(forget);
    return span;
  };
}
