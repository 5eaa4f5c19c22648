import { expect } from "chai";
import { collected } from "./collector.ts";
import { bucketsOf, countsOf, dataOf, described, type Kind, pointsOf, valuesOf } from "./held-metrics.ts";
import { byKey, type Held } from "./held-telemetry.ts";
import { runProgram } from "./program.ts";

const TILL = { till: { intValue: "7" } };
const [DELTA, CUMULATIVE] = [1, 2];

describe("the Collector, sent what was measured", () => {
  for (const protocol of ["http/protobuf", "http/json"])
    describe(`as sums since the start, in ${protocol}`, () => {
      const held = sent({
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: protocol === "http/json" ? "gzip" : "none",
      });

      it("holds each metric with its name, unit, description and temporality, each time it was exported", () => {
        expect(held().metrics.map(described)).to.have.deep.members([...METRICS, ...METRICS]);
      });

      it("holds the counts of both times, of each set of attributes", () => {
        expect(valuesOf(held(), "shop.orders")).to.deep.equal([
          { currency: { stringValue: "EUR" }, asInt: "2" },
          { currency: { stringValue: "USD" }, vip: { boolValue: true }, asInt: "1" },
          { currency: { stringValue: "EUR" }, asInt: "5" },
          { currency: { stringValue: "USD" }, vip: { boolValue: true }, asInt: "1" },
        ]);
        expect(valuesOf(held(), "shop.weight")).to.deep.equal([{ asDouble: 0.25 }, { asDouble: 1.75 }]);
        expect(valuesOf(held(), "shop.sent")).to.deep.equal([{ asInt: "1000" }, { asInt: "1500" }]);
      });

      it("holds what goes up and down, also below zero", () => {
        expect(valuesOf(held(), "shop.queue")).to.deep.equal([{ asInt: "-2" }, { asInt: "-1" }]);
        expect(valuesOf(held(), "shop.shelves")).to.deep.equal([{ asInt: "-4" }, { asInt: "-4" }]);
      });

      it("holds the last value of a gauge, with attributes of any letters", () => {
        const cellar = { room: { stringValue: "cellar" } };
        expect(valuesOf(held(), "shop.temperature")).to.deep.equal([
          { ...cellar, asDouble: -3.5 },
          { ...cellar, asDouble: -2.5 },
        ]);
        expect(valuesOf(held(), "shop.light")[0]).to.deep.equal({
          "lamp.żółta": { boolValue: true },
          floors: { arrayValue: { values: [{ stringValue: "1" }, { stringValue: "2" }] } },
          asDouble: 0.25,
        });
      });

      it("holds a histogram's count, sum, extremes and buckets, a value on a boundary in the lower one", () => {
        expect(valuesOf(held(), "shop.checkout.duration")).to.deep.equal([
          {
            ...TILL,
            count: "4",
            sum: 5.3,
            min: 0.05,
            max: 4,
            explicitBounds: [0.1, 0.5, 1],
            bucketCounts: ["1", "1", "1", "1"],
          },
          {
            ...TILL,
            count: "6",
            sum: 6.3,
            min: 0,
            max: 4,
            explicitBounds: [0.1, 0.5, 1],
            bucketCounts: ["2", "1", "2", "1"],
          },
        ]);
      });

      it("begins both times at the start", () => {
        for (const { name } of METRICS) {
          const points = pointsOf(held(), name);
          const starts = points.map(({ startTimeUnixNano }) => startTimeUnixNano);
          expect(starts.slice(starts.length / 2), name).to.deep.equal(starts.slice(0, starts.length / 2));
          const ends = points.map(({ timeUnixNano }) => BigInt(timeUnixNano));
          expect((ends.at(-1) ?? 0n) > (ends.at(0) ?? 0n), name).to.equal(true);
        }
      });

      it("holds whose each metric is, and what the service is", () => {
        for (const { name, resource, scope, schemaUrl } of held().metrics) {
          const ofOurs = name === "shop.orders";
          expect(scope.name).to.equal(ofOurs ? "throughline" : "acme-shop");
          expect(schemaUrl).to.equal(ofOurs ? undefined : "https://example.test/schema");
          expect(byKey(resource.attributes)).to.deep.include({
            "service.name": { stringValue: "shop" },
            "service.namespace": { stringValue: "market" },
            "service.instance.id": { stringValue: "shop-1" },
            "service.version": { stringValue: "1.2.0" },
            "shop.floors": { intValue: "3" },
            "telemetry.sdk.name": { stringValue: "throughline" },
          });
        }
      });
    });

  describe("as deltas", () => {
    const held = sent({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" });

    it("says delta of counters and histograms, and not of what goes up and down", () => {
      const temporalities = held().metrics.map(
        ({ name, sum, histogram }) => [name, (sum ?? histogram)?.aggregationTemporality] as const,
      );
      expect(Object.fromEntries(temporalities)).to.deep.equal({
        "shop.orders": DELTA,
        "shop.weight": DELTA,
        "shop.queue": CUMULATIVE,
        "shop.checkout.duration": DELTA,
        "shop.temperature": undefined,
        "shop.light": undefined,
        "shop.sent": DELTA,
        "shop.shelves": CUMULATIVE,
      });
    });

    it("holds what was added between the two exports, and no series to which nothing was", () => {
      expect(valuesOf(held(), "shop.orders")).to.deep.equal([
        { currency: { stringValue: "EUR" }, asInt: "2" },
        { currency: { stringValue: "USD" }, vip: { boolValue: true }, asInt: "1" },
        { currency: { stringValue: "EUR" }, asInt: "3" },
      ]);
      expect(valuesOf(held(), "shop.weight")).to.deep.equal([{ asDouble: 0.25 }, { asDouble: 1.5 }]);
      expect(valuesOf(held(), "shop.sent")).to.deep.equal([{ asInt: "1000" }, { asInt: "500" }]);
      expect(valuesOf(held(), "shop.queue")).to.deep.equal([{ asInt: "-2" }, { asInt: "-1" }]);
    });

    it("holds the histogram of each time alone", () => {
      expect(
        valuesOf(held(), "shop.checkout.duration").map(({ count, sum, bucketCounts }) => [
          count,
          sum,
          bucketCounts,
        ]),
      ).to.deep.equal([
        ["4", 5.3, ["1", "1", "1", "1"]],
        ["2", 1, ["1", "0", "1", "0"]],
      ]);
    });

    it("begins where it ended before", () => {
      for (const name of ["shop.orders", "shop.weight", "shop.checkout.duration", "shop.sent"]) {
        const points = pointsOf(held(), name);
        expect(points.at(-1)?.startTimeUnixNano, name).to.equal(points.at(0)?.timeUnixNano);
      }
    });
  });

  for (const protocol of ["http/protobuf", "http/json"])
    describe(`with exponential histograms, in ${protocol}`, () => {
      const held = sent({
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "base2_exponential_bucket_histogram",
      });

      it("holds count, sum, extremes and zeros of both times", () => {
        const [first, second] = valuesOf(held(), "shop.checkout.duration");
        expect(first).to.deep.include({ ...TILL, count: "4", sum: 5.3, min: 0.05, max: 4 });
        expect(first).not.to.have.property("zeroCount");
        expect(second).to.deep.include({ ...TILL, count: "6", sum: 6.3, min: 0, max: 4, zeroCount: "1" });
      });

      it("holds each value in the bucket of its exponent", () => {
        const [first, second] = valuesOf(held(), "shop.checkout.duration").map(bucketsOf);
        expect(first?.counts).to.deep.equal(countsOf([0.05, 0.5, 0.75, 4], first?.scale));
        expect(second?.counts).to.deep.equal(countsOf([0.05, 0.5, 0.75, 4, 1], second?.scale));
        expect(first?.scale).to.equal(4);
      });
    });
});

/** What the Collector holds of the program, run once with these variables. */
function sent(environment: NodeJS.ProcessEnv): () => Held {
  let held: Held = { spans: [], metrics: [] };
  before(async () => {
    const { result, ...rest } = await collected((endpoint) =>
      runProgram("metric-program.ts", {
        OTEL_SERVICE_NAME: "shop",
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        ...environment,
      }),
    );
    held = rest;
    expect(result.errors).to.equal("");
    const { made, delivered } = result.report.metrics;
    const points = held.metrics.reduce((sum, metric) => sum + dataOf(metric).dataPoints.length, 0);
    expect([made, delivered]).to.deep.equal([points, points]);
  });
  return () => held;
}

const METRICS: readonly ReturnType<typeof described>[] = [
  {
    name: "shop.orders",
    unit: "{order}",
    description: "Orders that were placed",
    kind: "sum",
    temporality: CUMULATIVE,
    isMonotonic: true,
  },
  undescribed("shop.weight", "kg", "sum", true),
  undescribed("shop.queue", "{customer}", "sum"),
  undescribed("shop.checkout.duration", "s", "histogram"),
  undescribed("shop.temperature", "Cel", "gauge"),
  undescribed("shop.light", "1", "gauge"),
  undescribed("shop.sent", "By", "sum", true),
  undescribed("shop.shelves", "{shelf}", "sum"),
];

function undescribed(
  name: string,
  unit: string,
  kind: Kind,
  isMonotonic?: true,
): ReturnType<typeof described> {
  const temporality = kind === "gauge" ? undefined : CUMULATIVE;
  return { name, unit, description: undefined, kind, temporality, isMonotonic };
}
