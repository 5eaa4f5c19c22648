/**
 * Requests with every field that is read, in the form of OTLP/JSON but for ids, which are bytes here: the oracle
 * writes them as protobuf; `asJson` makes JSON of them.
 */
const TIMES = { startTimeUnixNano: "1758000000000000001", timeUnixNano: "18446744073709551615" };

export const ATTRIBUTES = [
  { key: "text", value: { stringValue: "größe" } },
  { key: "empty", value: { stringValue: "" } },
  { key: "yes", value: { boolValue: true } },
  { key: "no", value: { boolValue: false } },
  { key: "zero", value: { intValue: "0" } },
  { key: "negative", value: { intValue: "-9007199254740991" } },
  { key: "beyond", value: { intValue: "-9223372036854775808" } },
  { key: "double", value: { doubleValue: 0.5 } },
  { key: "bytes", value: { bytesValue: Buffer.from([0, 255]) } },
  { key: "nothing", value: {} },
  {
    key: "list",
    value: { arrayValue: { values: [{ stringValue: "a" }, {}, { arrayValue: { values: [] } }] } },
  },
  {
    key: "map",
    value: {
      kvlistValue: {
        values: [
          { key: "__proto__", value: { intValue: "1" } },
          { key: "1000", value: {} },
        ],
      },
    },
  },
  { key: "__proto__", value: { stringValue: "a key like any other" } },
  { key: "twice", value: { stringValue: "first" } },
  { key: "twice", value: { stringValue: "last" } },
];

export const TRACE_REQUEST = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
      schemaUrl: "ignored",
      scopeSpans: [
        {
          scope: { name: "http", version: "1" },
          schemaUrl: "https://opentelemetry.io/schemas/1.30.0",
          spans: [
            {
              traceId: Buffer.alloc(16, 0xab),
              spanId: Buffer.alloc(8, 1),
              parentSpanId: Buffer.alloc(8, 2),
              traceState: "a=1",
              flags: 0x301,
              name: "GET /",
              kind: 2,
              startTimeUnixNano: "1758000000000000001",
              endTimeUnixNano: "18446744073709551615",
              attributes: ATTRIBUTES,
              droppedAttributesCount: 4_294_967_295,
              events: [
                {
                  timeUnixNano: "5",
                  name: "retry",
                  attributes: ATTRIBUTES.slice(0, 1),
                  droppedAttributesCount: 1,
                },
                {},
              ],
              droppedEventsCount: 2,
              links: [
                {
                  traceId: Buffer.alloc(16, 0xcd),
                  spanId: Buffer.alloc(8, 3),
                  traceState: "b=2",
                  flags: 0x101,
                  attributes: ATTRIBUTES.slice(0, 1),
                  droppedAttributesCount: 3,
                },
                {},
              ],
              droppedLinksCount: 4,
              status: { code: 2, message: "bad" },
            },
          ],
        },
        {
          spans: [
            { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1), parentSpanId: Buffer.alloc(8) },
          ],
        },
      ],
    },
    { scopeSpans: [] },
  ],
};

export const METRIC_REQUEST = {
  resourceMetrics: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
      scopeMetrics: [
        {
          scope: { name: "orders" },
          metrics: [
            {
              name: "temperature",
              description: "outside",
              unit: "Cel",
              gauge: {
                dataPoints: [{ ...TIMES, asDouble: -0.5, attributes: ATTRIBUTES.slice(0, 1) }, { flags: 1 }],
              },
            },
            {
              name: "orders",
              sum: {
                dataPoints: [{ asInt: "-9223372036854775808" }, { asInt: "7" }],
                aggregationTemporality: 1,
                isMonotonic: true,
              },
            },
            {
              name: "latency",
              histogram: {
                dataPoints: [
                  {
                    ...TIMES,
                    count: "18446744073709551615",
                    sum: 2.5,
                    min: 0,
                    max: 2,
                    bucketCounts: ["1", "0", "18446744073709551614"],
                    explicitBounds: [0.5, 1],
                    attributes: ATTRIBUTES.slice(0, 1),
                  },
                  {},
                ],
                aggregationTemporality: 2,
              },
            },
            {
              name: "sizes",
              exponentialHistogram: {
                dataPoints: [
                  {
                    ...TIMES,
                    count: "6",
                    sum: 9,
                    scale: -3,
                    zeroCount: "1",
                    min: -1,
                    max: 4,
                    positive: { offset: -2, bucketCounts: ["2", "300", "18446744073709551615"] },
                    negative: { offset: 1, bucketCounts: [] },
                    attributes: ATTRIBUTES.slice(0, 1),
                  },
                ],
                aggregationTemporality: 2,
              },
            },
            { name: "old", summary: { dataPoints: [{ ...TIMES, count: "2", sum: 3.5 }] } },
            { name: "a metric without data" },
          ],
        },
      ],
    },
  ],
};

/** OTLP/JSON has ids in hexadecimal, and other bytes in base64. */
export function asJson(value: unknown, key = ""): unknown {
  if (value instanceof Buffer) return value.toString(key.endsWith("Id") ? "hex" : "base64");
  if (Array.isArray(value)) return value.map((element) => asJson(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asJson(field, name)]));
}
