import {
  ANY_VALUE,
  BUCKETS,
  EVENT,
  EXPONENTIAL_POINT,
  HISTOGRAM_POINT,
  INSTRUMENTATION_SCOPE,
  KEY_VALUE,
  LINK,
  LIST,
  LOG_RECORD,
  METRIC,
  METRIC_DATA,
  NUMBER_POINT,
  OF_RESOURCE,
  OF_SCOPE,
  POINT,
  REQUEST,
  RESOURCE,
  SPAN,
  STATUS,
  WIRE,
} from "./fields.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

/** A field's content: a value as JSON writes it, or a message; of a list there are several. */
export type FieldType = (
  | { readonly read: (reader: ProtobufReader) => string | number | boolean }
  | { readonly message: () => Message }
) & {
  readonly isList?: boolean;
  /** Of numbers that may be packed. */
  readonly wire?: number;
};

/** By field number, the name in JSON and the type. */
export type Message = ReadonlyMap<number, readonly [name: string, type: FieldType]>;

const TEXT: FieldType = { read: (reader) => reader.string() };
const BOOL: FieldType = { read: (reader) => reader.bool() };
/** Ids are hexadecimal, unlike other bytes.  (OTLP specification: JSON Protobuf Encoding) */
const ID: FieldType = { read: (reader) => reader.hex(16) };
const BYTES: FieldType = { read: (reader) => Buffer.from(reader.bytes()).toString("base64") };
const ENUM: FieldType = { read: (reader) => reader.uint32() };
const FIXED32: FieldType = { read: (reader) => reader.fixed32() };
const SINT32: FieldType = { read: (reader) => reader.sint32() };
// Numbers of 64 bits are texts.
const INT64: FieldType = { read: (reader) => String(reader.int64()) };
const FIXED64: FieldType = { read: (reader) => String(reader.fixed64()) };
const SFIXED64: FieldType = { read: (reader) => String(reader.sfixed64()) };
const DOUBLE: FieldType = { read: (reader) => doubleText(reader.double()) };
const COUNTS: FieldType = { ...FIXED64, isList: true, wire: WIRE.fixed64 };
const VARINT_COUNTS: FieldType = {
  read: (reader) => String(reader.uint64()),
  isList: true,
  wire: WIRE.varint,
};
const BOUNDS: FieldType = { ...DOUBLE, isList: true, wire: WIRE.fixed64 };

/** JSON has no name for these, and would lose the sign of the last. */
function doubleText(value: number): string | number {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

const one = (message: () => Message): FieldType => ({ message });
const many = (message: () => Message): FieldType => ({ message, isList: true });

/** A message's fields by their names in fields.ts, which JSON has too, but for those that are named here. */
function fieldsOf(
  numbers: Readonly<Record<string, number>>,
  types: Readonly<Record<string, FieldType>>,
  names: Readonly<Record<string, string>> = {},
): Message {
  return new Map(
    Object.entries(types).map(([name, type]) => [numbers[name] ?? 0, [names[name] ?? name, type]]),
  );
}

const anyValue: Message = fieldsOf(
  ANY_VALUE,
  {
    string: TEXT,
    bool: BOOL,
    int: INT64,
    double: DOUBLE,
    array: one(() => arrayValue),
    keyValueList: one(() => keyValueList),
    bytes: BYTES,
  },
  {
    string: "stringValue",
    bool: "boolValue",
    int: "intValue",
    double: "doubleValue",
    array: "arrayValue",
    keyValueList: "kvlistValue",
    bytes: "bytesValue",
  },
);
const keyValue: Message = fieldsOf(KEY_VALUE, { key: TEXT, value: one(() => anyValue) });
const arrayValue: Message = fieldsOf(LIST, { values: many(() => anyValue) });
const keyValueList: Message = fieldsOf(LIST, { values: many(() => keyValue) });
const ATTRIBUTES: FieldType = many(() => keyValue);

const span: Message = fieldsOf(SPAN, {
  traceId: ID,
  spanId: ID,
  traceState: TEXT,
  parentSpanId: ID,
  name: TEXT,
  kind: ENUM,
  startTimeUnixNano: FIXED64,
  endTimeUnixNano: FIXED64,
  attributes: ATTRIBUTES,
  droppedAttributesCount: ENUM,
  events: many(() => event),
  droppedEventsCount: ENUM,
  links: many(() => link),
  droppedLinksCount: ENUM,
  status: one(() => status),
  flags: FIXED32,
});
const event: Message = fieldsOf(EVENT, {
  timeUnixNano: FIXED64,
  name: TEXT,
  attributes: ATTRIBUTES,
  droppedAttributesCount: ENUM,
});
const link: Message = fieldsOf(LINK, {
  traceId: ID,
  spanId: ID,
  traceState: TEXT,
  attributes: ATTRIBUTES,
  droppedAttributesCount: ENUM,
  flags: FIXED32,
});
const status: Message = fieldsOf(STATUS, { message: TEXT, code: ENUM });

const log: Message = fieldsOf(LOG_RECORD, {
  timeUnixNano: FIXED64,
  observedTimeUnixNano: FIXED64,
  severityNumber: ENUM,
  severityText: TEXT,
  body: one(() => anyValue),
  attributes: ATTRIBUTES,
  droppedAttributesCount: ENUM,
  flags: FIXED32,
  traceId: ID,
  spanId: ID,
  eventName: TEXT,
});

const TIMES: Readonly<Record<string, FieldType>> = { startTimeUnixNano: FIXED64, timeUnixNano: FIXED64 };
const SIZES: Readonly<Record<string, FieldType>> = { sum: DOUBLE, min: DOUBLE, max: DOUBLE, count: FIXED64 };

const numberPoint: Message = fieldsOf(
  { ...POINT, ...NUMBER_POINT },
  { ...TIMES, asDouble: DOUBLE, asInt: SFIXED64, attributes: ATTRIBUTES },
);
const histogramPoint: Message = fieldsOf(
  { ...POINT, ...HISTOGRAM_POINT },
  { ...TIMES, ...SIZES, bucketCounts: COUNTS, explicitBounds: BOUNDS, attributes: ATTRIBUTES },
);
const exponentialPoint: Message = fieldsOf(
  { ...POINT, ...EXPONENTIAL_POINT },
  {
    ...TIMES,
    ...SIZES,
    attributes: ATTRIBUTES,
    scale: SINT32,
    zeroCount: FIXED64,
    positive: one(() => buckets),
    negative: one(() => buckets),
  },
);
const buckets: Message = fieldsOf(BUCKETS, { offset: SINT32, bucketCounts: VARINT_COUNTS });

function dataOf(point: () => Message): FieldType {
  const types = { points: many(point), aggregationTemporality: ENUM, isMonotonic: BOOL };
  const data = fieldsOf(METRIC_DATA, types, { points: "dataPoints" });
  return one(() => data);
}

const metric: Message = fieldsOf(METRIC, {
  name: TEXT,
  description: TEXT,
  unit: TEXT,
  gauge: dataOf(() => numberPoint),
  sum: dataOf(() => numberPoint),
  histogram: dataOf(() => histogramPoint),
  exponentialHistogram: dataOf(() => exponentialPoint),
});

const scope: Message = fieldsOf(INSTRUMENTATION_SCOPE, { name: TEXT, version: TEXT });
const resource: Message = fieldsOf(RESOURCE, { attributes: ATTRIBUTES });

/** The outer levels are alike for all signals, but for their names. */
function requestOf(record: Message, ofResource: string, ofScope: string, records: string): Message {
  const scoped = fieldsOf(
    OF_SCOPE,
    { scope: one(() => scope), records: many(() => record), schemaUrl: TEXT },
    { records },
  );
  const owned = fieldsOf(
    OF_RESOURCE,
    { resource: one(() => resource), ofScope: many(() => scoped) },
    { ofScope },
  );
  return fieldsOf(REQUEST, { ofResource: many(() => owned) }, { ofResource });
}

/** The body of an export request, by signal. */
export const REQUESTS: Readonly<Record<"traces" | "metrics" | "logs", Message>> = {
  traces: requestOf(span, "resourceSpans", "scopeSpans", "spans"),
  metrics: requestOf(metric, "resourceMetrics", "scopeMetrics", "metrics"),
  logs: requestOf(log, "resourceLogs", "scopeLogs", "logRecords"),
};
