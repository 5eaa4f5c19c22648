import type { HrTime } from "@opentelemetry/api";
import { expect } from "chai";
import * as fc from "fast-check";
import type { MetricRecord } from "../../src/metrics/record.ts";
import { encodeMetrics } from "../../src/otlp/encode-metrics.ts";
import { type Plain, type PlainRequest, readMetrics } from "./oracle.ts";

const RESOURCE = { attributes: { "service.name": "shop" } };
const SCOPE = { name: "orders", version: "2", schemaUrl: "https://opentelemetry.io/schemas/1.30.0" };
const DESCRIPTOR = { name: "orders.placed", description: "how many", unit: "{order}" };
const TIMES = { startTime: [1_758_000_000, 1] as HrTime, endTime: [1_758_000_060, 999_999_999] as HrTime };
const PLAIN_TIMES = { startTimeUnixNano: "1758000000000000001", timeUnixNano: "1758000060999999999" };
const ATTRIBUTES = { "order.kind": "gift", count: 2, absent: undefined };
const PLAIN_ATTRIBUTES = [
  { key: "order.kind", value: { stringValue: "gift" } },
  { key: "count", value: { intValue: "2" } },
];

function encode(...metrics: MetricRecord[]): PlainRequest["resourceMetrics"][number] {
  const { body } = encodeMetrics({ scopeMetrics: [{ scope: SCOPE, metrics }] }, RESOURCE);
  const { resourceMetrics } = readMetrics(body);
  expect(resourceMetrics).to.have.length(1);
  return resourceMetrics[0] ?? { resource: {}, scopeMetrics: [] };
}

function encodeOne(metric: MetricRecord): Plain {
  return encode(metric).scopeMetrics[0]?.metrics[0] ?? {};
}

function gaugeOf(value: number): MetricRecord {
  return {
    dataPointType: 2,
    descriptor: DESCRIPTOR,
    aggregationTemporality: 1,
    dataPoints: [{ ...TIMES, attributes: {}, value }],
  };
}

describe("metrics arrive as they were collected", () => {
  it("under their resource and instrumentation scope", () => {
    const { resource, scopeMetrics } = encode(gaugeOf(1), gaugeOf(2));
    expect(resource["attributes"]).to.deep.equal([{ key: "service.name", value: { stringValue: "shop" } }]);
    expect(scopeMetrics).to.have.length(1);
    expect(scopeMetrics[0]?.scope).to.deep.equal({ name: "orders", version: "2", attributes: [] });
    expect(scopeMetrics[0]?.schemaUrl).to.equal(SCOPE.schemaUrl);
    expect(scopeMetrics[0]?.metrics).to.have.length(2);
  });

  it("as sums, with temporality and whether they are monotonic", () => {
    const point = { ...TIMES, attributes: ATTRIBUTES, value: 7 };
    const sum = { dataPointType: 3, descriptor: DESCRIPTOR, dataPoints: [point] } as const;
    const plainPoint = { ...PLAIN_TIMES, attributes: PLAIN_ATTRIBUTES, exemplars: [], asInt: "7" };
    expect(encodeOne({ ...sum, aggregationTemporality: 0, isMonotonic: true })).to.deep.equal({
      ...DESCRIPTOR,
      metadata: [],
      sum: { dataPoints: [plainPoint], aggregationTemporality: 1, isMonotonic: true },
    });
    expect(encodeOne({ ...sum, aggregationTemporality: 1, isMonotonic: false })["sum"]).to.deep.equal({
      dataPoints: [plainPoint],
      aggregationTemporality: 2,
    });
  });

  it("as gauges, which have no temporality", () => {
    expect(encodeOne(gaugeOf(0.5))["gauge"]).to.deep.equal({
      dataPoints: [{ ...PLAIN_TIMES, attributes: [], exemplars: [], asDouble: 0.5 }],
    });
  });

  it("with safe integers as integers, and all other numbers as doubles", () => {
    const numbers = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.double(),
      fc.constantFrom(-0, 2 ** 53, NaN),
    );
    fc.assert(
      fc.property(numbers, (value) => {
        const { dataPoints } = encodeOne(gaugeOf(value))["gauge"] as { dataPoints: Plain[] };
        const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
        expect(dataPoints[0]?.["asInt"]).to.equal(isInteger ? String(value) : undefined);
        if (isInteger) expect(dataPoints[0]).not.to.have.property("asDouble");
        else expect(dataPoints[0]?.["asDouble"]).to.deep.equal(value);
      }),
    );
  });

  it("as histograms", () => {
    const value = {
      buckets: { boundaries: [0, 0.5, 1000], counts: [0, 300, 2 ** 40, 1] },
      count: 2 ** 40 + 301,
      sum: -1.5,
      min: -3,
      max: 2000,
    };
    const histogram: MetricRecord = {
      dataPointType: 0,
      descriptor: DESCRIPTOR,
      aggregationTemporality: 1,
      dataPoints: [{ ...TIMES, attributes: ATTRIBUTES, value }],
    };
    expect(encodeOne(histogram)["histogram"]).to.deep.equal({
      aggregationTemporality: 2,
      dataPoints: [
        {
          ...PLAIN_TIMES,
          attributes: PLAIN_ATTRIBUTES,
          exemplars: [],
          count: String(2 ** 40 + 301),
          sum: -1.5,
          min: -3,
          max: 2000,
          bucketCounts: ["0", "300", String(2 ** 40), "1"],
          explicitBounds: [0, 0.5, 1000],
        },
      ],
    });
  });

  it("as histograms of many buckets, whose lists are longer than a short length", () => {
    const boundaries = Array.from({ length: 200 }, (_, index) => index);
    const counts = [...boundaries, 200];
    const value = { buckets: { boundaries, counts }, count: 20_100 };
    const { dataPoints } = encodeOne({
      dataPointType: 0,
      descriptor: DESCRIPTOR,
      aggregationTemporality: 0,
      dataPoints: [{ ...TIMES, attributes: {}, value }],
    })["histogram"] as { dataPoints: Plain[] };
    expect(dataPoints[0]).to.deep.include({ bucketCounts: counts.map(String), explicitBounds: boundaries });
    expect(dataPoints[0]).not.to.have.any.keys("sum", "min", "max");
  });

  it("as exponential histograms", () => {
    const value = {
      positive: { offset: -3, bucketCounts: [1, 0, 2 ** 40] },
      negative: { offset: 2, bucketCounts: [] },
      scale: -2,
      zeroCount: 3,
      count: 2 ** 40 + 4,
      sum: 12,
      min: 0,
      max: 9,
    };
    const histogram: MetricRecord = {
      dataPointType: 1,
      descriptor: DESCRIPTOR,
      aggregationTemporality: 0,
      dataPoints: [{ ...TIMES, attributes: ATTRIBUTES, value }],
    };
    expect(encodeOne(histogram)["exponentialHistogram"]).to.deep.equal({
      aggregationTemporality: 1,
      dataPoints: [
        {
          ...PLAIN_TIMES,
          attributes: PLAIN_ATTRIBUTES,
          exemplars: [],
          count: String(2 ** 40 + 4),
          sum: 12,
          min: 0,
          max: 9,
          scale: -2,
          zeroCount: "3",
          positive: { offset: -3, bucketCounts: ["1", "0", String(2 ** 40)] },
          negative: { offset: 2, bucketCounts: [] },
        },
      ],
    });
  });

  it("as nothing but a resource, where nothing was collected", () => {
    const [ofResource] = readMetrics(encodeMetrics({ scopeMetrics: [] }, RESOURCE).body).resourceMetrics;
    expect(ofResource?.scopeMetrics).to.deep.equal([]);
  });
});
