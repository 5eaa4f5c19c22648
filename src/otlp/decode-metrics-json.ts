import { decodeJsonAttributes } from "./decode-json-attributes.ts";
import { decodeJsonRequest } from "./decode-json-request.ts";
import type { DecodedBuckets, DecodedMetric, DecodedPoint, Origin } from "./decoded.ts";
import type { JsonReader } from "./json-reader.ts";

const LEVELS = { ofResource: "resourceMetrics", ofScope: "scopeMetrics", records: "metrics" };

const TEMPORALITIES = [
  "AGGREGATION_TEMPORALITY_UNSPECIFIED",
  "AGGREGATION_TEMPORALITY_DELTA",
  "AGGREGATION_TEMPORALITY_CUMULATIVE",
];

type MetricType = DecodedMetric["type"];

/** What a point of each type has beyond attributes and times, and the field of the metric that holds it. */
const TYPES: readonly {
  readonly type: MetricType;
  readonly field: string;
  readonly decode: (point: JsonReader) => Partial<DecodedPoint>;
}[] = [
  { type: "gauge", field: "gauge", decode: decodeNumber },
  { type: "sum", field: "sum", decode: decodeNumber },
  { type: "histogram", field: "histogram", decode: decodeHistogram },
  { type: "exponential_histogram", field: "exponentialHistogram", decode: decodeExponential },
  { type: "summary", field: "summary", decode: decodeSummary },
];

/** The metrics of an ExportMetricsServiceRequest in OTLP/JSON. Throws MalformedOtlpError. */
export function decodeMetricsJson(text: string): DecodedMetric[] {
  return decodeJsonRequest(text, LEVELS, decodeMetric);
}

/** A metric without data, or with data of a type that is not known, is left out. */
function decodeMetric(metric: JsonReader, { resource, scope }: Origin): DecodedMetric | undefined {
  const known = TYPES.find(({ field }) => metric.has(field));
  if (known === undefined) return undefined;
  const data = metric.message(known.field);
  return {
    resource,
    scope,
    name: metric.string("name"),
    description: metric.string("description"),
    unit: metric.string("unit"),
    type: known.type,
    temporality: data.enum("aggregationTemporality", TEMPORALITIES),
    isMonotonic: data.bool("isMonotonic"),
    points: data
      .messages("dataPoints")
      .map((point) => Object.assign(known.decode(point), decodeSeries(point))),
  };
}

function decodeSeries(
  point: JsonReader,
): Pick<DecodedPoint, "attributes" | "startTimeUnixNano" | "timeUnixNano"> {
  return {
    attributes: decodeJsonAttributes(point),
    startTimeUnixNano: point.time("startTimeUnixNano"),
    timeUnixNano: point.time("timeUnixNano"),
  };
}

function decodeNumber(point: JsonReader): Partial<DecodedPoint> {
  if (point.has("asInt")) return { value: point.int64("asInt") };
  return point.has("asDouble") ? { value: point.double("asDouble") } : {};
}

function decodeHistogram(point: JsonReader): Partial<DecodedPoint> {
  return {
    count: point.uint64("count"),
    ...decodeExtent(point),
    bounds: point.doubles("explicitBounds"),
    bucketCounts: point.uint64s("bucketCounts"),
  };
}

function decodeExponential(point: JsonReader): Partial<DecodedPoint> {
  return {
    count: point.uint64("count"),
    ...decodeExtent(point),
    scale: point.int32("scale"),
    zeroCount: point.uint64("zeroCount"),
    ...(point.has("positive") && { positive: decodeBuckets(point.message("positive")) }),
    ...(point.has("negative") && { negative: decodeBuckets(point.message("negative")) }),
  };
}

function decodeSummary(point: JsonReader): Partial<DecodedPoint> {
  return { count: point.uint64("count"), sum: point.double("sum") };
}

function decodeBuckets(buckets: JsonReader): DecodedBuckets {
  return { offset: buckets.int32("offset"), bucketCounts: buckets.uint64s("bucketCounts") };
}

function decodeExtent(point: JsonReader): Pick<DecodedPoint, "sum" | "min" | "max"> {
  return {
    ...(point.has("sum") && { sum: point.double("sum") }),
    ...(point.has("min") && { min: point.double("min") }),
    ...(point.has("max") && { max: point.double("max") }),
  };
}
