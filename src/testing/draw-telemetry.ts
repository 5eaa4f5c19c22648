import { describe } from "../core/diagnostics.ts";
import { waterfallSpan } from "../export/waterfall-span.ts";
import { printable } from "../core/printable.ts";
import type { ReadableSpan, SpanRecord } from "../trace/record.ts";
import { drawMetrics } from "../waterfall/draw-metrics.ts";
import { drawTrace } from "../waterfall/draw-trace.ts";
import type { MetricRow } from "../waterfall/metric-row.ts";
import type { WaterfallSpan } from "../waterfall/span.ts";
import { type Measurement, seriesOf } from "./asking.ts";
import { isGauge, type RecordedMetric } from "./recorded-metrics.ts";

/** In the place of the service's name. */
const SERVICE = "test";

/** All that a test has made, as a person would look at it: each trace, what is open still, then the metrics. */
export function drawTelemetry(
  spans: readonly (SpanRecord & ReadableSpan)[],
  metrics: readonly RecordedMetric[],
): string {
  const traces = new Map<string, WaterfallSpan[]>();
  for (const span of spans.filter(({ ended }) => ended)) {
    const trace = traces.get(span.traceId.hex) ?? [];
    traces.set(span.traceId.hex, trace);
    trace.push(asAsserted(span));
  }
  const drawings = [...traces.values()].map((trace) => drawTrace(trace));
  const open = openSpans(spans);
  const all = [...drawings, open, drawMetrics(metrics.flatMap(rowsOf))].filter((drawing) => drawing !== "");
  return all.length === 0 ? "nothing was traced or measured\n" : all.join("\n");
}

/** By the name that assertions take, and below its parent also where a request lies between them. */
function asAsserted(span: SpanRecord): WaterfallSpan {
  return { ...waterfallSpan(span, SERVICE), name: span.name, parentSpanId: span.parentSpanId?.hex };
}

/** Mostly what somebody forgot to await. */
function openSpans(spans: readonly ReadableSpan[]): string {
  const names = spans.filter(({ ended }) => !ended).map(({ name }) => printable(name));
  return names.length === 0 ? "" : `not ended: ${names.join(", ")}\n`;
}

/** A row for each set of attributes. */
function rowsOf({ name, kind, unit, measurements }: RecordedMetric): MetricRow[] {
  const series = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const key = seriesOf(measurement.attributes);
    const own = series.get(key) ?? [];
    series.set(key, own);
    own.push(measurement);
  }
  return [...series.values()].map((own) => rowOf({ name, kind, unit }, own));
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
      min: values.reduce((least, value) => Math.min(least, value), Infinity),
      max: values.reduce((most, value) => Math.max(most, value), -Infinity),
    };
  return { value: isGauge(kind) ? values.at(-1) : sum };
}
