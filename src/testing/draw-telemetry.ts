import { isDeepStrictEqual } from "node:util";
import { describe } from "../core/diagnostics.ts";
import { waterfallSpan } from "../export/waterfall-span.ts";
import type { SpanRecord } from "../trace/record.ts";
import { drawMetrics } from "../waterfall/draw-metrics.ts";
import { drawTrace } from "../waterfall/draw-trace.ts";
import type { MetricRow } from "../waterfall/metric-row.ts";
import type { WaterfallSpan } from "../waterfall/span.ts";
import type { Measurement } from "./asking.ts";
import type { RecordedMetric } from "./recorded-metrics.ts";

/** In the place of the service's name. */
const SERVICE = "test";

/** All that a test has made, as a person would look at it: each trace, then the metrics. */
export function drawTelemetry(spans: readonly SpanRecord[], metrics: readonly RecordedMetric[]): string {
  const traces = new Map<string, WaterfallSpan[]>();
  for (const span of spans) {
    const trace = traces.get(span.traceId.hex) ?? [];
    traces.set(span.traceId.hex, trace);
    trace.push(waterfallSpan(span, SERVICE));
  }
  const drawings = [...traces.values()].map((trace) => drawTrace(trace));
  const all = [...drawings, drawMetrics(metrics.flatMap(rowsOf))].filter((drawing) => drawing !== "");
  return all.length === 0 ? "nothing was traced or measured\n" : all.join("\n");
}

/** A row for each set of attributes. */
function rowsOf({ name, kind, unit, measurements }: RecordedMetric): MetricRow[] {
  const series: Measurement[][] = [];
  for (const measurement of measurements) {
    const own = series.find(([first]) => isDeepStrictEqual(first?.attributes, measurement.attributes));
    if (own === undefined) series.push([measurement]);
    else own.push(measurement);
  }
  return series.map((own) => rowOf({ name, kind, unit }, own));
}

function rowOf(
  { name, kind, unit }: Pick<RecordedMetric, "name" | "kind" | "unit">,
  own: Measurement[],
): MetricRow {
  const attributes = Object.entries(own[0]?.attributes ?? {});
  const values = own.map(({ value }) => value);
  return {
    service: SERVICE,
    name,
    attributes: attributes.map(([key, value]) => [key, describe(value)] as const),
    unit,
    isDelta: false,
    ...valuesOf(kind, values),
  };
}

function valuesOf(kind: RecordedMetric["kind"], values: readonly number[]): Partial<MetricRow> {
  const sum = values.reduce((total, value) => total + value, 0);
  if (kind === "histogram")
    return {
      count: values.length,
      mean: sum / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
    };
  return { value: kind === "gauge" ? values.at(-1) : sum };
}
