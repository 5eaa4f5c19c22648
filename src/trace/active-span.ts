import type { Attributes, Span } from "@opentelemetry/api";
import { currentContext } from "../context/current.ts";
import { guarded } from "./guarded.ts";
import { NON_RECORDING } from "./non-recording.ts";

/** The active span, or one that records nothing.  (OpenTelemetry Trace API: "Get the currently active span") */
export function activeSpan(): Span {
  return currentContext().span ?? NON_RECORDING;
}

/**
 * Sets attributes on whatever span is active; nothing without one.
 *
 * @example
 * annotate({ "payment.method": "card" });
 */
export function annotate(attributes: Attributes): void {
  guarded(() => activeSpan().setAttributes(attributes));
}
