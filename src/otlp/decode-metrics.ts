import { addAttribute } from "./decode-attributes.ts";
import { decodeRequest } from "./decode-request.ts";
import type { DecodedBuckets, DecodedMetric, DecodedPoint, Draft, Origin } from "./decoded.ts";
import {
  BUCKETS,
  EXPONENTIAL_POINT,
  HISTOGRAM_POINT,
  METRIC,
  METRIC_DATA,
  NUMBER_POINT,
  POINT,
  SUMMARY_POINT,
  WIRE,
} from "./fields.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { NO_ATTRIBUTES } from "./received-values.ts";

/** The metrics of an ExportMetricsServiceRequest in protobuf. Throws MalformedOtlpError. */
export function decodeMetrics(body: Uint8Array): DecodedMetric[] {
  return decodeRequest(body, decodeMetric);
}

type MetricType = DecodedMetric["type"];

interface PointDraft extends Draft<DecodedPoint> {
  bounds?: number[];
  bucketCounts?: (number | bigint)[];
}

const TYPE_OF_FIELD: ReadonlyMap<number, MetricType> = new Map([
  [METRIC.gauge, "gauge"],
  [METRIC.sum, "sum"],
  [METRIC.histogram, "histogram"],
  [METRIC.exponentialHistogram, "exponential_histogram"],
  [METRIC.summary, "summary"],
]);

/** Reads one field of a point; false for a field that is not known. */
const READ_POINT: Readonly<Record<MetricType, (reader: ProtobufReader, point: PointDraft) => boolean>> = {
  gauge: readNumberField,
  sum: readNumberField,
  histogram: readHistogramField,
  exponential_histogram: readExponentialField,
  summary: readSummaryField,
};

/** A metric without data, or with data of a type that is not known, is left out. */
function decodeMetric(reader: ProtobufReader, { resource, scope }: Origin): DecodedMetric | undefined {
  let name = "";
  let description = "";
  let unit = "";
  let type: MetricType | undefined;
  let encoded: ProtobufReader | undefined;
  while (reader.next()) {
    const typeOfField = TYPE_OF_FIELD.get(reader.field);
    if (typeOfField !== undefined) {
      type = typeOfField;
      encoded = reader.message();
    } else if (reader.field === METRIC.name) name = reader.string();
    else if (reader.field === METRIC.description) description = reader.string();
    else if (reader.field === METRIC.unit) unit = reader.string();
    else reader.skip();
  }
  if (type === undefined || encoded === undefined) return undefined;
  return { resource, scope, name, description, unit, type, ...decodePoints(encoded, type) };
}

function decodePoints(
  reader: ProtobufReader,
  type: MetricType,
): Pick<DecodedMetric, "points" | "temporality" | "isMonotonic"> {
  const points: DecodedPoint[] = [];
  let temporality = 0;
  let isMonotonic = false;
  while (reader.next()) {
    if (reader.field === METRIC_DATA.points) points.push(decodePoint(reader.message(), type));
    else if (reader.field === METRIC_DATA.aggregationTemporality) temporality = reader.uint32();
    else if (reader.field === METRIC_DATA.isMonotonic) isMonotonic = reader.bool();
    else reader.skip();
  }
  return { points, temporality, isMonotonic };
}

/** Protobuf leaves out zeros and empty lists: what a point of its type always has begins as that. */
function emptyPoint(type: MetricType): PointDraft {
  const point: PointDraft = { attributes: NO_ATTRIBUTES, startTimeUnixNano: 0n, timeUnixNano: 0n };
  if (type === "histogram") return { ...point, count: 0, bounds: [], bucketCounts: [] };
  if (type === "exponential_histogram") return { ...point, count: 0, scale: 0, zeroCount: 0 };
  return type === "summary" ? { ...point, count: 0, sum: 0 } : point;
}

function decodePoint(reader: ProtobufReader, type: MetricType): DecodedPoint {
  const point = emptyPoint(type);
  const readField = READ_POINT[type];
  while (reader.next()) {
    if (reader.field === POINT.startTimeUnixNano) point.startTimeUnixNano = reader.time();
    else if (reader.field === POINT.timeUnixNano) point.timeUnixNano = reader.time();
    else if (!readField(reader, point)) reader.skip();
  }
  return point;
}

function readNumberField(reader: ProtobufReader, point: PointDraft): boolean {
  if (reader.field === NUMBER_POINT.asInt) point.value = reader.sfixed64();
  else if (reader.field === NUMBER_POINT.asDouble) point.value = reader.double();
  else if (reader.field === NUMBER_POINT.attributes) readAttribute(reader, point);
  else return false;
  return true;
}

function readSummaryField(reader: ProtobufReader, point: PointDraft): boolean {
  if (reader.field === SUMMARY_POINT.count) point.count = reader.fixed64();
  else if (reader.field === SUMMARY_POINT.sum) point.sum = reader.double();
  else if (reader.field === SUMMARY_POINT.attributes) readAttribute(reader, point);
  else return false;
  return true;
}

function readHistogramField(reader: ProtobufReader, point: PointDraft): boolean {
  switch (reader.field) {
    case HISTOGRAM_POINT.count:
      point.count = reader.fixed64();
      return true;
    case HISTOGRAM_POINT.sum:
      point.sum = reader.double();
      return true;
    case HISTOGRAM_POINT.bucketCounts:
      reader.numbers((point.bucketCounts ??= []), WIRE.fixed64, (list) => list.fixed64());
      return true;
    case HISTOGRAM_POINT.explicitBounds:
      reader.numbers((point.bounds ??= []), WIRE.fixed64, (list) => list.double());
      return true;
    case HISTOGRAM_POINT.attributes:
      readAttribute(reader, point);
      return true;
    case HISTOGRAM_POINT.min:
      point.min = reader.double();
      return true;
    case HISTOGRAM_POINT.max:
      point.max = reader.double();
      return true;
    default:
      return false;
  }
}

function readExponentialField(reader: ProtobufReader, point: PointDraft): boolean {
  switch (reader.field) {
    case EXPONENTIAL_POINT.attributes:
      readAttribute(reader, point);
      return true;
    case EXPONENTIAL_POINT.count:
      point.count = reader.fixed64();
      return true;
    case EXPONENTIAL_POINT.sum:
      point.sum = reader.double();
      return true;
    case EXPONENTIAL_POINT.scale:
      point.scale = reader.sint32();
      return true;
    case EXPONENTIAL_POINT.zeroCount:
      point.zeroCount = reader.fixed64();
      return true;
    case EXPONENTIAL_POINT.positive:
      point.positive = decodeBuckets(reader.message());
      return true;
    case EXPONENTIAL_POINT.negative:
      point.negative = decodeBuckets(reader.message());
      return true;
    case EXPONENTIAL_POINT.min:
      point.min = reader.double();
      return true;
    case EXPONENTIAL_POINT.max:
      point.max = reader.double();
      return true;
    default:
      return false;
  }
}

function decodeBuckets(reader: ProtobufReader): DecodedBuckets {
  let offset = 0;
  const bucketCounts: (number | bigint)[] = [];
  while (reader.next()) {
    if (reader.field === BUCKETS.offset) offset = reader.sint32();
    else if (reader.field === BUCKETS.bucketCounts) {
      reader.numbers(bucketCounts, WIRE.varint, (list) => list.uint64());
    } else reader.skip();
  }
  return { offset, bucketCounts };
}

function readAttribute(reader: ProtobufReader, point: PointDraft): void {
  point.attributes = addAttribute(point.attributes, reader.message());
}
