import type { IdGenerator } from "../core/ids.ts";

/**
 * Ids for `testTelemetry({ idGenerator }, fn)` that count from 1: the same in each run.
 *
 * @example
 * await testTelemetry({ idGenerator: sequentialIds() }, (t) => {
 *   withSpan("work", () => {});
 *   console.log(t.spans[0]?.spanContext().spanId); // 0000000000000001
 * })();
 */
export function sequentialIds(): IdGenerator {
  let [traces, spans] = [0, 0];
  return {
    generateTraceId: () => hexOf(++traces, 32),
    generateSpanId: () => hexOf(++spans, 16),
  };
}

function hexOf(count: number, digits: number): string {
  return count.toString(16).padStart(digits, "0");
}
