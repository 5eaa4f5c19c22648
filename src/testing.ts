/** For tests: telemetry of their own, and what to say about it. Import it before the code under test. */
import { registerGlobals } from "./sdk/globals.ts";

// Once, for the whole process: what the API knows as global asks the current context, and is silent outside a test.
registerGlobals(undefined);

export type { Measurement } from "./testing/asking.ts";
export { telemetryAssertions } from "./testing/assertions.ts";
export { type FixedClock, fixedClock } from "./testing/fixed-clock.ts";
export type { RecordedLog } from "./testing/recorded-logs.ts";
export type { MetricKind, RecordedMetric } from "./testing/recorded-metrics.ts";
export { sequentialIds } from "./testing/sequential-ids.ts";
export type { SpanTree } from "./testing/span-tree.ts";
export {
  type Test,
  testTelemetry,
  type TestTelemetry,
  type TestTelemetryOptions,
} from "./testing/test-telemetry.ts";
