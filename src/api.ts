/** For libraries: spans, measurements and context, with no SDK behind them. The application decides where they go. */
export { bind, type Bindable } from "./context/bind.ts";
export { ContextVariable, type ContextVariableOptions } from "./context/context-variable.ts";
export { gather } from "./context/gather.ts";
export type { Keeps } from "./context/kept-value.ts";
export { clearScope, emptyScope, scope } from "./context/open-scope.ts";
export { Snapshot } from "./context/snapshot.ts";
export type { Token } from "./context/token.ts";
export { type ErrorCode, ThroughlineError } from "./core/errors.ts";
export {
  type GroupStandIn,
  type MakeGroup,
  type MetricGroup,
  metricGroup,
  MetricGroups,
} from "./groups/metric-group.ts";
export { type Instrumentation, instrumentation } from "./instrumentation/instrumentation.ts";
export type { Accessors, Declare, DeclareObservable } from "./metrics/accessors.ts";
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
export { activeSpan, annotate } from "./trace/active-span.ts";
export type { SpanHelpers } from "./trace/span-helpers.ts";
export type { StartedSpan, StartSpan } from "./trace/started-span.ts";
export type { Traced, TracedDecorator } from "./trace/traced.ts";
export type { WithSpan } from "./trace/with-span.ts";
