export { drawStoredMetrics, drawStoredTrace } from "./devtools/draw-stored.ts";
export { startReceiver } from "./devtools/receiver.ts";
export { view } from "./devtools/viewer.ts";
export { drawMetrics } from "./waterfall/draw-metrics.ts";
export { drawTrace } from "./waterfall/draw-trace.ts";

export type { MetricSeries } from "./devtools/metric-series.ts";
export type { Receiver, ReceiverOptions } from "./devtools/receiver.ts";
export type { StoreChange, StoreListener, TelemetryStore } from "./devtools/store.ts";
export type { StoredTrace } from "./devtools/trace-ring.ts";
export type { Viewing, ViewerOptions, ViewerOutput } from "./devtools/viewer.ts";
export type { DrawMetricsOptions } from "./waterfall/draw-metrics.ts";
export type { DrawTraceOptions } from "./waterfall/draw-trace.ts";
export type { MetricRow } from "./waterfall/metric-row.ts";
export type { WaterfallSpan } from "./waterfall/span.ts";
