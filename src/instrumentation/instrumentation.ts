import { type Accessors, accessors } from "../metrics/accessors.ts";
import { type SpanHelpers, spanHelpers } from "../trace/span-helpers.ts";

/** What a library makes its spans and measurements with. */
export interface Instrumentation extends SpanHelpers, Accessors {}

/**
 * The helpers of one library: what they make carries its name and version, and goes wherever the application sends its
 * telemetry, with this package's SDK or another; nowhere, at next to no cost, where it has none.
 * (Specification: Instrumentation Scope)
 *
 * @param name the library's, as in package.json: "acme-orders"
 * @param version the library's: "1.2.0"
 * @example
 * const { withSpan, counter } = instrumentation("acme-orders", "1.2.0");
 * const placed = counter("acme.orders.placed");
 * withSpan("place", () => placed.add(1));
 */
export function instrumentation(name: string, version?: string): Instrumentation {
  return { ...spanHelpers(name, version), ...accessors(name, version) };
}
