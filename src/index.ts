/** Throughline: context, spans, metrics and their export for Node.js, on the OpenTelemetry API. */
export { bind, type Bindable } from "./context/bind.ts";
export { ContextVariable, type ContextVariableOptions } from "./context/context-variable.ts";
export { gather } from "./context/gather.ts";
export { clearScope, emptyScope, scope } from "./context/open-scope.ts";
export { Snapshot } from "./context/snapshot.ts";
export type { Token } from "./context/token.ts";
export { type ErrorCode, ThroughlineError } from "./core/errors.ts";
export { type Counter, counter, type Histogram, histogram } from "./metrics/accessors.ts";
export type { DropReason, SignalReport } from "./export/account.ts";
export type { StartOptions } from "./sdk/options.ts";
export { start } from "./sdk/start.ts";
export type { FlushOptions, Telemetry, TelemetryReport } from "./sdk/telemetry.ts";
export { activeSpan, annotate, withSpan } from "./trace/with-span.ts";
