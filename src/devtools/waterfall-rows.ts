import type { DecodedLog, DecodedSpan } from "../otlp/decoded.ts";
import { httpLabel } from "../waterfall/http-label.ts";
import type { LogRow } from "../waterfall/log-row.ts";
import type { MetricRow } from "../waterfall/metric-row.ts";
import type { WaterfallSpan } from "../waterfall/span.ts";
import { estimatedMedian } from "./median.ts";
import type { MetricSeries } from "./metric-series.ts";
import { serviceOf } from "./service.ts";
import { valueText } from "../waterfall/value-text.ts";

/** By the number of OTLP's SpanKind; unspecified and internal say nothing worth a word. */
const KIND_WORDS = [undefined, undefined, "server", "client", "producer", "consumer"] as const;
const STATUS_ERROR = 2;

/** A received span as the waterfall draws it. */
export function waterfallSpan(span: DecodedSpan): WaterfallSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    service: serviceOf(span.resource),
    name: httpLabel(span.name, (key) => textOf(span, key)),
    kind: KIND_WORDS[span.kind],
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    failed: hasFailed(span),
    note: span.status.message || exceptionMessage(span) || textOf(span, "error.type"),
  };
}

function textOf({ attributes }: DecodedSpan, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === "string" ? value : undefined;
}

export function hasFailed(span: DecodedSpan): boolean {
  return span.status.code === STATUS_ERROR;
}

/** What the last recorded exception says, where the status says nothing.  (Semantic conventions: exceptions) */
function exceptionMessage(span: DecodedSpan): string | undefined {
  const exception = span.events.findLast((event) => event.name === "exception");
  const message = exception?.attributes["exception.message"] ?? exception?.attributes["exception.type"];
  return message === undefined ? undefined : valueText(message);
}

/** A received log record as a line; of one without a body, what kind of event it is. */
export function logRow(log: DecodedLog): LogRow {
  return {
    time: Number((log.timeUnixNano || log.observedTimeUnixNano) / 1_000_000n),
    severityNumber: log.severityNumber,
    severityText: log.severityText,
    service: serviceOf(log.resource),
    body: log.body === null ? log.eventName : valueText(log.body),
    traceId: log.traceId || undefined,
  };
}

/** A stored metric stream as the table draws it. */
export function metricRow(series: MetricSeries): MetricRow {
  const { point } = series;
  const count = Number(point.count ?? 0);
  return {
    service: series.service,
    name: series.name,
    attributes: Object.entries(point.attributes).map(([key, value]) => [key, valueText(value)] as const),
    unit: series.unit,
    isDelta: series.isDelta,
    value: point.value,
    count: point.count,
    mean: count > 0 && point.sum !== undefined ? point.sum / count : undefined,
    min: point.min,
    median: estimatedMedian(point),
    max: point.max,
  };
}
