import type {
  ExponentialHistogramValue,
  HistogramValue,
  MetricRecord,
  MetricsRecord,
  PointRecord,
  ScopeMetricsRecord,
} from "../metrics/record.ts";
import type { Resource } from "../resource/resource.ts";
import { isInteger, writeAttributes } from "./encode-attributes.ts";
import { writeInstrumentationScope, writeResource } from "./encode-resource.ts";
import {
  BUCKETS,
  EXPONENTIAL_POINT,
  HISTOGRAM_POINT,
  METRIC,
  METRIC_DATA,
  NUMBER_POINT,
  OF_RESOURCE,
  OF_SCOPE,
  POINT,
  REQUEST,
} from "./fields.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

export interface EncodedMetrics {
  /** The body of one ExportMetricsServiceRequest. */
  readonly body: Uint8Array;
  /** Data points of metrics that could not be encoded, and are not in the body. */
  readonly lost: number;
}

/** Encodes what was collected; a metric that cannot be encoded costs itself alone. */
export function encodeMetrics(metrics: MetricsRecord, resource: Resource): EncodedMetrics {
  const writer = new ProtobufWriter();
  const request = writer.open(REQUEST.ofResource);
  writeResource(writer, resource);
  let lost = 0;
  for (const scopeMetrics of metrics.scopeMetrics) lost += writeScopeMetrics(writer, scopeMetrics);
  writer.close(request);
  return { body: new Uint8Array(writer.written), lost };
}

/** Returns how many data points could not be encoded. */
function writeScopeMetrics(writer: ProtobufWriter, { scope, metrics }: ScopeMetricsRecord): number {
  let lost = 0;
  const all = attempt(writer, () => {
    const scopeMetrics = writer.open(OF_RESOURCE.ofScope);
    writeInstrumentationScope(writer, scope);
    for (const metric of metrics) {
      if (!attempt(writer, () => writeMetric(writer, metric))) lost += metric.dataPoints.length;
    }
    writer.close(scopeMetrics);
  });
  return all ? lost : metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}

/** Whether `write` came through; if not, the buffer is as it was. */
function attempt(writer: ProtobufWriter, write: () => void): boolean {
  const before = writer.length;
  try {
    write();
    return true;
  } catch {
    writer.truncate(before);
    return false;
  }
}

function writeMetric(writer: ProtobufWriter, record: MetricRecord): void {
  const metric = writer.open(OF_SCOPE.records);
  writer.string(METRIC.name, record.descriptor.name);
  writer.string(METRIC.description, record.descriptor.description);
  writer.string(METRIC.unit, record.descriptor.unit);
  switch (record.dataPointType) {
    case 0:
      writePoints(writer, METRIC.histogram, record, writeHistogramPoint);
      break;
    case 1:
      writePoints(writer, METRIC.exponentialHistogram, record, writeExponentialPoint);
      break;
    case 2:
      writePoints(writer, METRIC.gauge, record, writeNumberPoint);
      break;
    case 3:
      writePoints(writer, METRIC.sum, record, writeNumberPoint);
  }
  writer.close(metric);
}

interface Points<Value> {
  readonly dataPointType: number;
  readonly dataPoints: readonly PointRecord<Value>[];
  readonly aggregationTemporality: number;
  readonly isMonotonic?: boolean;
}

/** A gauge's points have no temporality; only a sum can be monotonic. */
function writePoints<Value>(
  writer: ProtobufWriter,
  field: number,
  record: Points<Value>,
  writePoint: (writer: ProtobufWriter, point: PointRecord<Value>) => void,
): void {
  const data = writer.open(field);
  for (const pointRecord of record.dataPoints) {
    const point = writer.open(METRIC_DATA.points);
    writer.time(POINT.startTimeUnixNano, pointRecord.startTime[0], pointRecord.startTime[1]);
    writer.time(POINT.timeUnixNano, pointRecord.endTime[0], pointRecord.endTime[1]);
    writePoint(writer, pointRecord);
    writer.close(point);
  }
  if (field !== METRIC.gauge) {
    writer.uint32(METRIC_DATA.aggregationTemporality, record.aggregationTemporality + 1);
  }
  if (record.isMonotonic === true) writer.uint32(METRIC_DATA.isMonotonic, 1);
  writer.close(data);
}

function writeNumberPoint(writer: ProtobufWriter, { attributes, value }: PointRecord<number>): void {
  if (isInteger(value)) writer.fixed64(NUMBER_POINT.asInt, value);
  else writer.double(NUMBER_POINT.asDouble, value);
  writeAttributes(writer, NUMBER_POINT.attributes, attributes);
}

function writeHistogramPoint(
  writer: ProtobufWriter,
  { attributes, value }: PointRecord<HistogramValue>,
): void {
  writer.fixed64(HISTOGRAM_POINT.count, value.count);
  writeOptional(writer, HISTOGRAM_POINT.sum, value.sum);
  const counts = writer.open(HISTOGRAM_POINT.bucketCounts);
  for (const count of value.buckets.counts) writer.packedFixed64(count);
  writer.close(counts);
  const bounds = writer.open(HISTOGRAM_POINT.explicitBounds);
  for (const bound of value.buckets.boundaries) writer.packedDouble(bound);
  writer.close(bounds);
  writeAttributes(writer, HISTOGRAM_POINT.attributes, attributes);
  writeOptional(writer, HISTOGRAM_POINT.min, value.min);
  writeOptional(writer, HISTOGRAM_POINT.max, value.max);
}

function writeExponentialPoint(
  writer: ProtobufWriter,
  { attributes, value }: PointRecord<ExponentialHistogramValue>,
): void {
  writeAttributes(writer, EXPONENTIAL_POINT.attributes, attributes);
  writer.fixed64(EXPONENTIAL_POINT.count, value.count);
  writeOptional(writer, EXPONENTIAL_POINT.sum, value.sum);
  writer.sint32(EXPONENTIAL_POINT.scale, value.scale);
  writer.fixed64(EXPONENTIAL_POINT.zeroCount, value.zeroCount);
  writeBuckets(writer, EXPONENTIAL_POINT.positive, value.positive);
  writeBuckets(writer, EXPONENTIAL_POINT.negative, value.negative);
  writeOptional(writer, EXPONENTIAL_POINT.min, value.min);
  writeOptional(writer, EXPONENTIAL_POINT.max, value.max);
}

function writeBuckets(
  writer: ProtobufWriter,
  field: number,
  { offset, bucketCounts }: ExponentialHistogramValue["positive"],
): void {
  const buckets = writer.open(field);
  writer.sint32(BUCKETS.offset, offset);
  const counts = writer.open(BUCKETS.bucketCounts);
  for (const count of bucketCounts) writer.packedUint64(count);
  writer.close(counts);
  writer.close(buckets);
}

/** A histogram of values that may be negative has no sum; one without values has no smallest and largest. */
function writeOptional(writer: ProtobufWriter, field: number, value: number | undefined): void {
  if (value !== undefined) writer.double(field, value);
}
