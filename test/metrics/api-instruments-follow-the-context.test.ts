import type { BatchObservableCallback, Meter, ObservableCallback } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { contextualMeterProvider } from "../../src/metrics/contextual-meter.ts";
import { silently } from "../stderr.ts";
import { Metering } from "./metering.ts";

/** As code does that knows the API alone: once, outside any context. */
const meter: Meter = contextualMeterProvider.getMeter("a library", "1.2.3");
const counted = meter.createCounter("lib.counted", { unit: "{call}" });
const upAndDown = meter.createUpDownCounter("lib.up-and-down");
const current = meter.createGauge("lib.current");
const spread = meter.createHistogram("lib.spread", { unit: "s" });

describe("an instrument of the API's global meter", () => {
  it("measures where the context says, each time", async () => {
    const [one, two] = [new Metering(), new Metering()];
    counted.add(100);
    one.run(() => {
      counted.add(1, { a: 1 });
      two.run(() => counted.add(10));
      upAndDown.add(-2);
      current.record(3);
      spread.record(4);
    });
    const [{ scope, unit } = { scope: [], unit: "" }] = await two.series();
    expect([scope, unit]).to.deep.equal([["a library", "1.2.3"], "{call}"]);
    expect(await one.points("lib.counted")).to.deep.equal([[{ a: 1 }, 1]]);
    expect(await one.points("lib.up-and-down")).to.deep.equal([[{}, -2]]);
    expect(await one.points("lib.current")).to.deep.equal([[{}, 3]]);
  });

  it("has the specification's boundaries, whatever its unit", async () => {
    const metering = new Metering().run(() => spread.record(4));
    const [[, value] = []] = await metering.points("lib.spread");
    expect((value as { buckets: { boundaries: number[] } }).buckets.boundaries).to.include(10_000);
  });

  it("measures in the context that it is given, whichever is current", async () => {
    const [one, two] = [new Metering(), new Metering()];
    const context = new Context(undefined, one.providers);
    two.run(() => {
      for (const each of [counted, upAndDown]) each.add(1, {}, context);
      for (const each of [current, spread]) each.record(1, {}, context);
    });
    expect((await one.series()).length).to.equal(4);
    expect(await two.series()).to.deep.equal([]);
  });
});

describe("an observable instrument of the API's global meter", () => {
  it("is asked by the telemetry in whose context its callback was added, until that is removed", async () => {
    const [one, two] = [new Metering(), new Metering()];
    const observable = meter.createObservableGauge("lib.observed");
    let asked = 0;
    const callback: ObservableCallback = (result) => result.observe(++asked, { a: 1 });
    one.run(() => {
      observable.addCallback(callback);
      observable.addCallback(callback);
    });
    expect(await one.points("lib.observed")).to.deep.equal([[{ a: 1 }, 1]]);
    expect(await two.points("lib.observed")).to.deep.equal([]);
    observable.removeCallback(callback);
    observable.removeCallback(callback);
    await one.points("lib.observed");
    expect(asked).to.equal(1);
  });

  it("is asked by each telemetry that its callback was added in, and leaves the one that removes it", async () => {
    const [one, two] = [new Metering(), new Metering()];
    const observable = meter.createObservableGauge("lib.shared");
    let shared = 1;
    const callback: ObservableCallback = (result) => result.observe(shared++ && 1);
    const batch: BatchObservableCallback = (result) => result.observe(apart, 2);
    const apart = meter.createObservableGauge("lib.batched");
    for (const metering of [one, two])
      metering.run(() => {
        observable.addCallback(callback);
        meter.addBatchObservableCallback(batch, [apart]);
      });
    for (const metering of [one, two])
      for (const [name, value] of [
        ["lib.shared", 1],
        ["lib.batched", 2],
      ] as const)
        expect(await metering.points(name)).to.deep.equal([[{}, value]]);
    let asked = 0;
    const counting: ObservableCallback = () => void asked++;
    for (const metering of [one, two]) metering.run(() => observable.addCallback(counting));
    one.run(() => observable.removeCallback(counting));
    await one.points("lib.shared");
    expect(asked).to.equal(0);
    await two.points("lib.shared");
    expect(asked).to.equal(1);
  });

  it("can be asked together with others", async () => {
    const metering = new Metering();
    const [first, second, apart] = ["first", "second", "apart"].map((name) =>
      meter.createObservableCounter(`lib.${name}`),
    );
    if (first === undefined || second === undefined || apart === undefined) throw new Error("none made");
    let asked = 0;
    const callback: BatchObservableCallback = (result) => {
      asked++;
      result.observe(first, 1);
      result.observe(second, 2, { a: 1 });
      result.observe(apart, 3);
      result.observe(second, NaN);
    };
    metering.run(() => meter.addBatchObservableCallback(callback, [first, second]));
    silently(() => meter.addBatchObservableCallback("none" as unknown as BatchObservableCallback, [first]));
    expect(await metering.points("lib.first")).to.deep.equal([[{}, 1]]);
    expect(await metering.points("lib.second")).to.deep.equal([[{ a: 1 }, 2]]);
    expect(await metering.points("lib.apart")).to.deep.equal([]);
    meter.removeBatchObservableCallback(callback, [second, first]);
    const before = asked;
    await metering.points("lib.first");
    expect([before, asked]).to.deep.equal([3, 3]);
  });
});
