import { drawMetrics, type DrawMetricsOptions } from "../waterfall/draw-metrics.ts";
import { drawTrace, type DrawTraceOptions } from "../waterfall/draw-trace.ts";
import type { MetricRow } from "../waterfall/metric-row.ts";
import type { TelemetryStore } from "./store.ts";
import { metricRow, waterfallSpan } from "./waterfall-rows.ts";

/** A stored trace as a waterfall; empty if it is not, or no longer, in the store. */
export function drawStoredTrace(store: TelemetryStore, traceId: string, options?: DrawTraceOptions): string {
  return drawTrace((store.trace(traceId)?.spans ?? []).map(waterfallSpan), options);
}

/** All stored metric streams as a table, by service, name and attributes. */
export function drawStoredMetrics(store: TelemetryStore, options?: DrawMetricsOptions): string {
  return drawMetrics(store.series().map(metricRow).toSorted(byName), options);
}

function byName(a: MetricRow, b: MetricRow): number {
  return titleOf(a).localeCompare(titleOf(b), "en");
}

function titleOf({ service, name, attributes }: MetricRow): string {
  return [service, name, ...attributes.map((attribute) => attribute.join("="))].join(" ");
}
