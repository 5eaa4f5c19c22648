/** A local OTLP receiver: what arrives is kept in memory and can be drawn as text. */
export { drawStoredMetrics, drawStoredTrace } from "./devtools/draw-stored.ts";
export type { MetricSeries } from "./devtools/metric-series.ts";
export { type Receiver, type ReceiverOptions, startReceiver } from "./devtools/receiver.ts";
export type { StoreChange, StoreListener, TelemetryStore } from "./devtools/store.ts";
export type { StoredTrace } from "./devtools/trace-ring.ts";
export type { DrawMetricsOptions } from "./waterfall/draw-metrics.ts";
export type { DrawTraceOptions } from "./waterfall/draw-trace.ts";
