import type { Attributes } from "@opentelemetry/api";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { CardinalityWatch } from "../../src/metrics/cardinality-watch.ts";
import type { MetricRecord, MetricsRecord } from "../../src/metrics/record.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

function collection(name: string, size: number, attributesOf: (index: number) => Attributes): MetricsRecord {
  const point = (index: number) => ({
    startTime: [0, 0] as [number, number],
    endTime: [0, 0] as [number, number],
    attributes: attributesOf(index),
    value: 1,
  });
  const metric: MetricRecord = {
    descriptor: { name, unit: "", description: "" },
    aggregationTemporality: 1,
    dataPointType: 3,
    isMonotonic: true,
    dataPoints: Array.from({ length: size }, (_, index) => point(index)),
  };
  return {
    scopeMetrics: [{ scope: { name: "shop", version: undefined, schemaUrl: undefined }, metrics: [metric] }],
  };
}

const byUser = (index: number): Attributes => ({ "user.id": `u${index}`, region: `r${index % 5}` });

const odd = (index: number): Attributes => ({ list: [index], nothing: undefined });

function told(watch: CardinalityWatch, ...collections: MetricsRecord[]): string {
  forgetWhatWasTold();
  return silently(() => {
    for (const each of collections) watch.look(each);
  });
}

describe("a metric with many series", () => {
  it("is told at half of the limit, with the attribute that has most values and three of them", () => {
    const watch = new CardinalityWatch();
    expect(told(watch, collection("shop.requests", 999, byUser))).to.equal("");
    expect(told(watch, collection("shop.requests", 1_000, byUser))).to.equal(
      'throughline: metric shop.requests has 1000 series, and at 2000 all others become one: its attribute "user.id" has 1000 values, such as "u0", "u1", "u2"; what tells one from thousands belongs on a span\n',
    );
  });

  it("is told once, and each such metric is", () => {
    const watch = new CardinalityWatch();
    const before = troubles().cardinality_high ?? 0;
    const text = told(
      watch,
      collection("shop.requests", 1_000, byUser),
      collection("shop.requests", 1_500, byUser),
      collection("shop.orders", 1_000, byUser),
    );
    expect(text.match(/metric shop\.\w+ has/g)).to.deep.equal([
      "metric shop.requests has",
      "metric shop.orders has",
    ]);
    expect(troubles().cardinality_high).to.equal(before + 2);
  });

  it("is told at half of the limit that a view gives it", () => {
    const watch = new CardinalityWatch([
      { instrumentName: "other.*", aggregationCardinalityLimit: 10 },
      { instrumentName: "shop.*", aggregationCardinalityLimit: 100 },
      { instrumentName: "shop.requests", name: "renamed" },
    ]);
    expect(told(watch, collection("shop.requests", 49, byUser))).to.equal("");
    expect(told(watch, collection("shop.requests", 50, byUser))).to.include(
      "and at 100 all others become one",
    );
  });

  it("is not told by the limit of a view that means others", () => {
    const watch = new CardinalityWatch([
      { meterName: "another library", aggregationCardinalityLimit: 10 },
      { instrumentUnit: "s", aggregationCardinalityLimit: 10 },
    ]);
    expect(told(watch, collection("shop.requests", 999, byUser))).to.equal("");
  });

  it("is told by the limit of a view that means it by its unit and meter, and not where its kind decides", () => {
    const means = { instrumentUnit: "", meterName: "shop", aggregationCardinalityLimit: 10_000 };
    expect(told(new CardinalityWatch([means]), collection("shop.visits", 3_000, byUser))).to.equal("");
    const maybe = {
      instrumentName: "shop.*",
      instrumentType: "COUNTER",
      aggregationCardinalityLimit: 10_000,
    };
    expect(told(new CardinalityWatch([maybe]), collection("shop.visits", 3_000, byUser))).to.equal("");
    const less = { ...maybe, aggregationCardinalityLimit: 10 };
    expect(told(new CardinalityWatch([less]), collection("shop.visits", 900, byUser))).to.equal("");
  });

  it("is told whatever its attributes are", () => {
    expect(told(new CardinalityWatch(), collection("shop.odd", 1_000, odd))).to.include(
      'its attribute "list" has 1000 values, such as "[0]", "[1]", "[2]"',
    );
    expect(
      told(
        new CardinalityWatch(),
        collection("shop.bare", 1_000, () => ({})),
      ),
    ).to.include('its attribute ""');
  });
});
