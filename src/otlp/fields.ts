/** Field numbers of the OTLP messages, named as in the .proto files of opentelemetry-proto 1.x. */

/** How a field's content is laid out.  (Protocol Buffers, Encoding: Message Structure) */
export const WIRE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

export const ANY_VALUE = {
  string: 1,
  bool: 2,
  int: 3,
  double: 4,
  array: 5,
  keyValueList: 6,
  bytes: 7,
} as const;

/** `ArrayValue.values` and `KeyValueList.values`. */
export const LIST = { values: 1 } as const;

export const KEY_VALUE = { key: 1, value: 2 } as const;

export const INSTRUMENTATION_SCOPE = { name: 1, version: 2 } as const;

export const RESOURCE = { attributes: 1 } as const;

/**
 * The three outer levels, which number their fields alike for all signals: `ExportTraceServiceRequest`,
 * `ResourceSpans`, `ScopeSpans`, and the same of metrics and logs.
 */
export const REQUEST = { ofResource: 1 } as const;
export const OF_RESOURCE = { resource: 1, ofScope: 2 } as const;
export const OF_SCOPE = { scope: 1, records: 2, schemaUrl: 3 } as const;

export const SPAN = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTimeUnixNano: 7,
  endTimeUnixNano: 8,
  attributes: 9,
  droppedAttributesCount: 10,
  events: 11,
  droppedEventsCount: 12,
  links: 13,
  droppedLinksCount: 14,
  status: 15,
  flags: 16,
} as const;

export const EVENT = { timeUnixNano: 1, name: 2, attributes: 3, droppedAttributesCount: 4 } as const;

export const LINK = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  attributes: 4,
  droppedAttributesCount: 5,
  flags: 6,
} as const;

export const STATUS = { message: 2, code: 3 } as const;

export const LOG_RECORD = {
  timeUnixNano: 1,
  severityNumber: 2,
  severityText: 3,
  body: 5,
  attributes: 6,
  droppedAttributesCount: 7,
  flags: 8,
  traceId: 9,
  spanId: 10,
  observedTimeUnixNano: 11,
  eventName: 12,
} as const;

export const METRIC = {
  name: 1,
  description: 2,
  unit: 3,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
} as const;

/** `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram`, `Summary`, each as far as it goes. */
export const METRIC_DATA = { points: 1, aggregationTemporality: 2, isMonotonic: 3 } as const;

/** Every kind of data point has its times here. */
export const POINT = { startTimeUnixNano: 2, timeUnixNano: 3 } as const;

export const NUMBER_POINT = { asDouble: 4, asInt: 6, attributes: 7 } as const;

export const HISTOGRAM_POINT = {
  count: 4,
  sum: 5,
  bucketCounts: 6,
  explicitBounds: 7,
  attributes: 9,
  min: 11,
  max: 12,
} as const;

export const EXPONENTIAL_POINT = {
  attributes: 1,
  count: 4,
  sum: 5,
  scale: 6,
  zeroCount: 7,
  positive: 8,
  negative: 9,
  min: 12,
  max: 13,
} as const;

export const BUCKETS = { offset: 1, bucketCounts: 2 } as const;

export const SUMMARY_POINT = { count: 4, sum: 5, attributes: 7 } as const;
