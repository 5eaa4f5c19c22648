/** Throughline: context, spans, metrics and their export for Node.js, on the OpenTelemetry API. */
export { batch, type Batch, type BatchOptions, type Stop } from "./concurrency/batch.ts";
export { singleFlight, type SingleFlight, type SingleFlightOptions } from "./concurrency/single-flight.ts";
export { TimeoutError } from "./concurrency/timeout-error.ts";
export { withTimeout } from "./concurrency/with-timeout.ts";
export { bind, type Bindable } from "./context/bind.ts";
export type { Carrier } from "./context/carrier.ts";
export { ContextVariable, type ContextVariableOptions } from "./context/context-variable.ts";
export { gather } from "./context/gather.ts";
export type { Keeps } from "./context/kept-value.ts";
export { clearScope, emptyScope, scope } from "./context/open-scope.ts";
export { Snapshot } from "./context/snapshot.ts";
export type { Token } from "./context/token.ts";
export type { Codec, Travels } from "./context/travelling-registry.ts";
export type { Trouble } from "./core/diagnostics.ts";
export { type ErrorCode, ThroughlineError } from "./core/errors.ts";
export type { IdGenerator } from "./core/ids.ts";
export type { Limits } from "./core/limits.ts";
export type { RedactionOptions } from "./core/redaction.ts";
export { measurePool } from "./database/measure-pool.ts";
export type { PgPool } from "./database/pg-pool.ts";
export type { PoolUsage } from "./database/pool-usage.ts";
export type { TransactionSession } from "./database/session.ts";
export { type Transaction, transaction, type TransactionOptions } from "./database/transaction.ts";
export type { DropReason, SignalReport } from "./export/account.ts";
export type { TlsFiles } from "./export/http-transport.ts";
export type { ExportResult, SpanExporter } from "./export/span-exporter.ts";
export {
  type GroupStandIn,
  type MakeGroup,
  type MetricGroup,
  metricGroup,
  MetricGroups,
} from "./groups/metric-group.ts";
export type { Metric, MetricEvent, MetricSnapshot } from "./recorders/metric.ts";
export { MetricsRecorder } from "./recorders/metrics-recorder.ts";
export { MetricsRuntime, type MetricsRuntimeOptions } from "./recorders/metrics-runtime.ts";
export { RecorderLoop } from "./recorders/recorder-loop.ts";
export { RecorderLoopUnavailableError } from "./recorders/recorder-loop-unavailable-error.ts";
export type { RecorderLoopOptions, RecorderOptions } from "./recorders/recorder-options.ts";
export type { RecorderReport } from "./recorders/recorder-report.ts";
export type { RecorderResult } from "./recorders/recorder-result.ts";
export type { ReceivedRequest } from "./instrumentation/http-policy.ts";
export { Lifecycle, type LifecycleOptions, type LifecycleStop } from "./lifecycle/lifecycle.ts";
export type { LifecycleResource, StartResource, StopResource } from "./lifecycle/managed-resource.ts";
export type { LogBridgeOptions } from "./logs/bridge-options.ts";
export { jsonLogger, type LineFields, type Logger, type LoggerOptions } from "./logs/json-logger.ts";
export type { LevelByContext, LogLevel } from "./logs/level.ts";
export { logConsole } from "./logs/log-console.ts";
export { type LogFields, logFields } from "./logs/log-fields.ts";
export { pinoOptions } from "./logs/pino.ts";
export { winstonOptions } from "./logs/winston.ts";
export {
  counter,
  type Declare,
  type DeclareObservable,
  gauge,
  histogram,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
  upDownCounter,
} from "./metrics/accessors.ts";
export type {
  BoundCounter,
  BoundGauge,
  BoundHistogram,
  Counter,
  Gauge,
  Histogram,
  InstrumentOptions,
  MeasuredAttributes,
  Observation,
  Observe,
  Observed,
  UpDownCounter,
} from "./metrics/instruments.ts";
export { observe, type ObserveCall, type ObserveOptions } from "./metrics/observe.ts";
export { type CarrierKind, carriers } from "./propagation/carriers.ts";
export type { Trust } from "./propagation/received-carrier.ts";
export type { Cleanup } from "./request/cleanups.ts";
export { consume, consumeBatch, type ConsumeOptions } from "./request/consume.ts";
export {
  currentRequest,
  currentResponse,
  type CurrentResponse,
  requestCache,
  tryCurrentRequest,
  tryCurrentResponse,
} from "./request/current-request.ts";
export { detached, operation, type OperationOptions } from "./request/operation.ts";
export type { RequestCache } from "./request/request-cache.ts";
export type { CurrentRequest } from "./request/request-scope.ts";
export { createTelemetry, withTelemetry } from "./sdk/create-telemetry.ts";
export type { ExporterName } from "./sdk/environment.ts";
export type { ExitOptions, HttpOptions, StartOptions, TelemetryOptions } from "./sdk/options.ts";
export { start } from "./sdk/start.ts";
export type { FlushOptions, Telemetry, TelemetryReport } from "./sdk/telemetry.ts";
export { activeSpan, annotate } from "./trace/active-span.ts";
export { alwaysRecord } from "./trace/always-record.ts";
export { explain } from "./trace/explain.ts";
export type { ReadableSpan, Resource, TimedEvent } from "./trace/record.ts";
export { parentBased, type ParentBasedOptions } from "./trace/parent-based.ts";
export {
  alwaysOff,
  alwaysOn,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  traceIdRatioBased,
} from "./trace/sampler.ts";
export { startSpan, traced, withSpan } from "./trace/span-helpers.ts";
export type { SpanProcessor } from "./trace/span-processor.ts";
export { carryContext, type ContextCarrier } from "./workers/carry-context.ts";
export { task } from "./workers/task.ts";
export type { StartedSpan, StartSpan } from "./trace/started-span.ts";
export type { Traced, TracedDecorator } from "./trace/traced.ts";
export type { WithSpan } from "./trace/with-span.ts";
