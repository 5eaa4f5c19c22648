import type { Tracer } from "@opentelemetry/api";
import { ALREADY_TRACED } from "../context/suppression.ts";
import type { HttpExchange } from "./http-exchange.ts";

/** The name under which it asks the API for its tracer. */
export const OFFICIAL_UNDICI = "@opentelemetry/instrumentation-undici";

/**
 * The official instrumentation of undici hears of each request by the same channel as our hook, and adds its headers
 * without looking: together they would make two spans and two traceparents. Whoever hears of a request first traces it.
 * Both are told at once, one after the other, so a moment's memory is enough: of what our hook has begun, for its spans
 * are made by our tracer, and of the span that it has made, for its header names that.
 */
let begunByUs: HttpExchange | undefined;
let madeByIt: string | undefined;

/** Begins a request of which our hook has heard; undefined where `traceparent` is of the span that the other has made. */
export function unlessTraced(
  traceparent: string | undefined,
  begin: () => HttpExchange | undefined,
): HttpExchange | undefined {
  begunByUs = undefined;
  if (madeByIt !== undefined && traceparent?.includes(madeByIt) === true) return undefined;
  return (begunByUs = begin());
}

/** How the other's spans are started: for a request that our hook has begun it gets one that does nothing. */
export function unlessBegun(startSpan: Tracer["startSpan"]): Tracer["startSpan"] {
  return (...args) => {
    const exchange = begunByUs;
    begunByUs = undefined;
    if (exchange === undefined) {
      const span = startSpan(...args);
      madeByIt = span.spanContext().spanId;
      return span;
    }
    // It measures in any case.
    exchange.leaveMeasuring();
    return ALREADY_TRACED;
  };
}

export function forgetOfficialUndici(): void {
  begunByUs = undefined;
  madeByIt = undefined;
}
