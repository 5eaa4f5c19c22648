import type { AttributeMap, DecodedMetric, DecodedSpan } from "../../src/otlp/decoded.ts";

/** What the requests of requests.ts must be decoded to, from protobuf and from JSON alike. */
function mapOf(...entries: [string, AttributeMap[string]][]): AttributeMap {
  const map = Object.create(null) as Record<string, AttributeMap[string]>;
  for (const [key, value] of entries) map[key] = value;
  return map;
}

const NONE = mapOf();
const TEXT = mapOf(["text", "größe"]);
const RESOURCE = mapOf(["service.name", "shop"]);

export const SPANS: DecodedSpan[] = [
  {
    resource: RESOURCE,
    scope: { name: "http", version: "1", schemaUrl: "https://opentelemetry.io/schemas/1.30.0" },
    traceId: "ab".repeat(16),
    spanId: "01".repeat(8),
    parentSpanId: "02".repeat(8),
    traceState: "a=1",
    flags: 0x301,
    name: "GET /",
    kind: 2,
    startTimeUnixNano: 1_758_000_000_000_000_001n,
    endTimeUnixNano: 18_446_744_073_709_551_615n,
    attributes: mapOf(
      ["text", "größe"],
      ["empty", ""],
      ["yes", true],
      ["no", false],
      ["zero", 0],
      ["negative", -9_007_199_254_740_991],
      ["beyond", -9_223_372_036_854_775_808n],
      ["double", 0.5],
      ["bytes", new Uint8Array([0, 255])],
      ["nothing", null],
      ["list", ["a", null, []]],
      ["map", mapOf(["__proto__", 1], ["1000", null])],
      ["__proto__", "a key like any other"],
      ["twice", "last"],
    ),
    droppedAttributesCount: 4_294_967_295,
    events: [
      { name: "retry", timeUnixNano: 5n, attributes: TEXT, droppedAttributesCount: 1 },
      { name: "", timeUnixNano: 0n, attributes: NONE, droppedAttributesCount: 0 },
    ],
    droppedEventsCount: 2,
    links: [
      {
        traceId: "cd".repeat(16),
        spanId: "03".repeat(8),
        traceState: "b=2",
        flags: 0x101,
        attributes: TEXT,
        droppedAttributesCount: 3,
      },
      { traceId: "", spanId: "", traceState: "", flags: 0, attributes: NONE, droppedAttributesCount: 0 },
    ],
    droppedLinksCount: 4,
    status: { code: 2, message: "bad" },
  },
  {
    resource: RESOURCE,
    scope: { name: "" },
    traceId: "01".repeat(16),
    spanId: "01".repeat(8),
    parentSpanId: "",
    traceState: "",
    flags: 0,
    name: "",
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: NONE,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: "" },
  },
];

const ORIGIN = { resource: RESOURCE, scope: { name: "orders" } };
const NAMELESS = { description: "", unit: "" };
const TIMES = { startTimeUnixNano: 1_758_000_000_000_000_001n, timeUnixNano: 18_446_744_073_709_551_615n };
const NO_TIMES = { attributes: NONE, startTimeUnixNano: 0n, timeUnixNano: 0n };

export const METRICS: DecodedMetric[] = [
  {
    ...ORIGIN,
    name: "temperature",
    description: "outside",
    unit: "Cel",
    type: "gauge",
    temporality: 0,
    isMonotonic: false,
    points: [{ ...TIMES, attributes: TEXT, value: -0.5 }, NO_TIMES],
  },
  {
    ...ORIGIN,
    ...NAMELESS,
    name: "orders",
    type: "sum",
    temporality: 1,
    isMonotonic: true,
    points: [
      { ...NO_TIMES, value: -9_223_372_036_854_775_808n },
      { ...NO_TIMES, value: 7 },
    ],
  },
  {
    ...ORIGIN,
    ...NAMELESS,
    name: "latency",
    type: "histogram",
    temporality: 2,
    isMonotonic: false,
    points: [
      {
        ...TIMES,
        attributes: TEXT,
        count: 18_446_744_073_709_551_615n,
        sum: 2.5,
        min: 0,
        max: 2,
        bounds: [0.5, 1],
        bucketCounts: [1, 0, 18_446_744_073_709_551_614n],
      },
      { ...NO_TIMES, count: 0, bounds: [], bucketCounts: [] },
    ],
  },
  {
    ...ORIGIN,
    ...NAMELESS,
    name: "sizes",
    type: "exponential_histogram",
    temporality: 2,
    isMonotonic: false,
    points: [
      {
        ...TIMES,
        attributes: TEXT,
        count: 6,
        sum: 9,
        min: -1,
        max: 4,
        scale: -3,
        zeroCount: 1,
        positive: { offset: -2, bucketCounts: [2, 300, 18_446_744_073_709_551_615n] },
        negative: { offset: 1, bucketCounts: [] },
      },
    ],
  },
  {
    ...ORIGIN,
    ...NAMELESS,
    name: "old",
    type: "summary",
    temporality: 0,
    isMonotonic: false,
    points: [{ ...TIMES, attributes: NONE, count: 2, sum: 3.5 }],
  },
];
