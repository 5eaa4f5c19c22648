import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { histogram } from "../../src/metrics/accessors.ts";
import { caught as failureOf } from "../trace/failures.ts";
import { silently } from "../stderr.ts";
import { Metering, type Series } from "./metering.ts";

const latency = histogram("shop.latency", { unit: "s", attributeKeys: ["route", "error.type"] });

function counts(points: Series["points"]): unknown[] {
  return points.map(([attributes, value]) => [attributes, (value as { count: number }).count]);
}

describe("histogram.time", () => {
  it("returns what the function returns, and records one duration when it is over", async () => {
    const metering = new Metering();
    const { promise, resolve } = Promise.withResolvers<number>();
    const [sync, pending] = metering.call(() => [
      latency.time({ route: "/sync" }, () => 42),
      latency.time({ route: "/async" }, () => promise),
    ]);
    expect(sync).to.equal(42);
    expect(counts(await metering.points("shop.latency"))).to.deep.equal([[{ route: "/sync" }, 1]]);
    resolve(43);
    expect(await pending).to.equal(43);
    expect(counts(await metering.points("shop.latency"))).to.deep.equal([
      [{ route: "/sync" }, 1],
      [{ route: "/async" }, 1],
    ]);
  });

  it("records into the telemetry in which the call began, whatever is current when it ends", async () => {
    const [one, two] = [new Metering(), new Metering()];
    const { promise, resolve } = Promise.withResolvers<void>();
    const timed = one.call(() => latency.time({}, () => promise));
    two.run(resolve);
    await two.call(() => timed);
    expect(counts(await one.points("shop.latency"))).to.deep.equal([[{}, 1]]);
    expect(await two.points("shop.latency")).to.deep.equal([]);
  });

  it("throws on what the function throws, the same object, and tells its type where the keys have error.type", async () => {
    const metering = new Metering();
    const error = new RangeError("on purpose");
    const thrower = (): never => {
      throw error;
    };
    expect(failureOf(() => metering.call(() => latency.time({ route: "/" }, thrower)))).to.equal(error);
    const rejected: unknown = await metering
      .call(() => latency.bind({ route: "/" }).time(async () => thrower()))
      .catch((thrown: unknown) => thrown);
    expect(rejected).to.equal(error);
    failureOf(() => metering.call(() => histogram("shop.plain", { unit: "s" }).time(thrower)));
    const failed = { route: "/", "error.type": "RangeError" };
    expect(counts(await metering.points("shop.latency"))).to.deep.equal([[failed, 2]]);
    expect(counts(await metering.points("shop.plain"))).to.deep.equal([[{}, 1]]);
  });

  it("is in the histogram's unit", async () => {
    const sums: number[] = [];
    for (const unit of ["s", "ms", "us", "ns"]) {
      const timed = histogram("shop.timed", { unit });
      const own = new Metering();
      own.run(() =>
        timed.time(() => {
          const until = performance.now() + 2;
          while (performance.now() < until);
        }),
      );
      const [[, value] = []] = await own.points("shop.timed");
      sums.push((value as { sum: number }).sum);
    }
    // 2 ms at least, and by far less than a thousand times that.
    const least = [0.002, 2, 2_000, 2_000_000];
    for (const [index, sum] of sums.entries()) expect(sum / (least[index] ?? 0)).to.be.within(0.99, 900);
  });

  for (const unit of ["By", ""]) {
    it(`calls the function and records nothing where the unit is "${unit}", none of time`, async () => {
      const metering = new Metering();
      const before = troubles().invalid_configuration ?? 0;
      silently(() => expect(metering.call(() => histogram("shop.size", { unit }).time(() => 5))).to.equal(5));
      expect(await metering.points("shop.size")).to.deep.equal([]);
      expect(troubles().invalid_configuration).to.equal(before + 1);
    });
  }

  it("tells no more of an error's name than fits an attribute", async () => {
    const metering = new Metering();
    const failure = Object.assign(new Error("on purpose"), { name: "E".repeat(1_000_000) });
    metering.run(() =>
      failureOf(() =>
        latency.time(() => {
          throw failure;
        }),
      ),
    );
    const [[attributes] = []] = await metering.points("shop.latency");
    expect(String(attributes?.["error.type"])).to.have.length(65_536);
  });

  it("needs a function", () => {
    for (const nothing of [undefined, null, 5, {}])
      expect(() => latency.time({}, nothing as () => void)).to.throw(TypeError, "THR_NOT_A_FUNCTION");
  });
});

describe("a histogram without boundaries", () => {
  for (const [unit, first, last, length] of [
    ["s", 0.005, 10, 14],
    ["By", 256, 67_108_864, 10],
    ["ms", 0, 10_000, 15],
  ] as const) {
    it(`has ${length} for the unit ${unit}, from ${first} to ${last}`, async () => {
      const metering = new Metering().run(() => histogram("shop.default", { unit }).record(1));
      const [[, value] = []] = await metering.points("shop.default");
      const { boundaries } = (value as { buckets: { boundaries: number[] } }).buckets;
      expect([boundaries[0], boundaries.at(-1), boundaries.length]).to.deep.equal([first, last, length]);
    });
  }

  it("has those that it was advised to have where it was", async () => {
    const advice = { explicitBucketBoundaries: [1, 2] };
    const metering = new Metering().run(() => histogram("shop.advised", { unit: "s", advice }).record(1));
    const [[, value] = []] = await metering.points("shop.advised");
    expect((value as { buckets: { boundaries: number[] } }).buckets.boundaries).to.deep.equal([1, 2]);
  });
});
