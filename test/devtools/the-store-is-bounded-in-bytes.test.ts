import { expect } from "chai";
import { DEFAULT_STORE_BYTES, type StoreChange, TelemetryStore } from "../../src/devtools/store.ts";
import type { DecodedPoint } from "../../src/otlp/decoded.ts";
import { decodedMetric, decodedPoint, decodedSpan, traceIdOf } from "./decoded-telemetry.ts";

const BIG = 20_000;

/** A store with room for so many spans of test size, and less than one more. */
function storeForSpans(count: number): TelemetryStore {
  const scale = new TelemetryStore();
  scale.addSpans([decodedSpan(1, 1)]);
  const traces = (scale.bytes * count) / 0.75;
  return new TelemetryStore(Math.ceil(traces) + 8);
}

function at(timeUnixNano: bigint, value: number, attributes: DecodedPoint["attributes"] = {}): DecodedPoint {
  return decodedPoint({ timeUnixNano, value, attributes });
}

describe("TelemetryStore", () => {
  it("holds 64 MiB unless told otherwise", () => {
    expect(DEFAULT_STORE_BYTES).to.equal(67_108_864);
  });

  it("keeps traces in the order of their first span", () => {
    const store = new TelemetryStore();
    store.addSpans([decodedSpan(2, 1), decodedSpan(1, 1)]);
    store.addSpans([decodedSpan(2, 2)]);
    expect(store.traces().map(({ traceId, spans }) => [traceId, spans.length])).to.deep.equal([
      [traceIdOf(2), 2],
      [traceIdOf(1), 1],
    ]);
    expect(store.spans).to.equal(3);
    expect(store.trace(traceIdOf(1))?.spans[0]?.name).to.equal("span 1");
    expect(store.trace(traceIdOf(3))).to.equal(undefined);
  });

  it("keeps a span that is sent twice once, as it came last", () => {
    const store = new TelemetryStore();
    store.addSpans([decodedSpan(1, 1, { name: "a long name that goes" })]);
    store.addSpans([decodedSpan(1, 1, { name: "now" })]);
    expect(store.spans).to.equal(1);
    expect(store.trace(traceIdOf(1))?.spans[0]?.name).to.equal("now");
    const fresh = new TelemetryStore();
    fresh.addSpans([decodedSpan(1, 1, { name: "now" })]);
    expect(store.bytes).to.equal(fresh.bytes);
  });

  it("keeps the 10th trace of 10, and evicts the oldest for the 11th", () => {
    const store = storeForSpans(10);
    for (let trace = 1; trace <= 10; trace += 1) store.addSpans([decodedSpan(trace, 1)]);
    expect(store.evicted).to.deep.equal({ traces: 0, spans: 0, series: 0 });
    store.addSpans([decodedSpan(11, 1)]);
    expect(store.evicted).to.deep.equal({ traces: 1, spans: 1, series: 0 });
    expect(store.spans).to.equal(10);
    expect(store.trace(traceIdOf(1))).to.equal(undefined);
    expect(store.trace(traceIdOf(2))).not.to.equal(undefined);
  });

  it("evicts a trace as a whole", () => {
    const store = storeForSpans(10);
    store.addSpans(Array.from({ length: 5 }, (_, span) => decodedSpan(1, span)));
    for (let trace = 2; trace <= 12; trace += 1) store.addSpans([decodedSpan(trace, 1)]);
    expect(store.trace(traceIdOf(1))).to.equal(undefined);
    expect(store.evicted.spans).to.be.at.least(5);
    expect(store.spans + store.evicted.spans).to.equal(16);
  });

  it("drops the oldest spans of a trace that alone is too big, and counts them", () => {
    const store = storeForSpans(10);
    store.addSpans(Array.from({ length: 100 }, (_, span) => decodedSpan(1, span)));
    expect(store.evicted.traces).to.equal(0);
    expect(store.spans + store.evicted.spans).to.equal(100);
    expect(store.spans).to.be.at.least(10);
    expect(store.trace(traceIdOf(1))?.spans.at(-1)?.name).to.equal("span 99");
  });

  it("drops a span that alone is too big", () => {
    const store = storeForSpans(10);
    store.addSpans([decodedSpan(1, 1, { attributes: { text: "x".repeat(BIG) } })]);
    expect(store.spans).to.equal(0);
    expect(store.traces()).to.deep.equal([]);
    expect(store.bytes).to.equal(0);
    expect(store.evicted).to.deep.equal({ traces: 1, spans: 1, series: 0 });
  });

  it("goes on evicting the oldest after it was emptied", () => {
    const store = storeForSpans(2);
    const big = { attributes: { text: "x".repeat(BIG) } };
    for (let round = 0; round < 3; round += 1) {
      store.addSpans([decodedSpan(100 + round, 1, big)]);
      expect(store.spans).to.equal(0);
      for (let trace = 1; trace <= 4; trace += 1) store.addSpans([decodedSpan(round * 10 + trace, 1)]);
      const kept = store.traces().map(({ traceId }) => traceId);
      expect(kept).to.deep.equal([traceIdOf(round * 10 + 3), traceIdOf(round * 10 + 4)]);
    }
  });

  it("counts what a trace shares once, and lets go of it with the last span that has it", () => {
    const resource = { "service.name": "shop", text: "x".repeat(BIG) };
    const store = new TelemetryStore(16 * BIG);
    store.addSpans(Array.from({ length: 20 }, (_, span) => decodedSpan(1, span, { resource })));
    expect(store.spans).to.equal(20);
    for (let span = 0; span < 100; span += 1) {
      store.addSpans([decodedSpan(1, span, { resource: { ...resource } })]);
    }
    expect(store.bytes).to.be.within(2 * BIG, 12 * BIG);
    expect(store.spans).to.be.within(2, 10);
  });

  for (const [what, attributes] of [
    ["text", { a: "x".repeat(BIG) }],
    ["a key", { ["x".repeat(BIG)]: 1 }],
    ["an array", { a: Array.from({ length: BIG }, () => 1) }],
    ["bytes", { a: new Uint8Array(BIG) }],
    ["a map", { a: { b: { c: "x".repeat(BIG) } } }],
  ] as const) {
    it(`counts ${what} in attributes of spans, events and links, and of points`, () => {
      const event = { name: "", timeUnixNano: 0n, attributes, droppedAttributesCount: 0 };
      const link = {
        traceId: "",
        spanId: "",
        traceState: "",
        flags: 0,
        attributes,
        droppedAttributesCount: 0,
      };
      for (const more of [{ attributes }, { events: [event] }, { links: [link] }]) {
        const store = new TelemetryStore();
        store.addSpans([decodedSpan(1, 1, more)]);
        expect(store.bytes).to.be.at.least(BIG);
      }
      const store = new TelemetryStore();
      store.addMetrics([decodedMetric("m", { points: [decodedPoint({ attributes, value: 1 })] })]);
      expect(store.bytes).to.be.at.least(BIG);
    });
  }

  it("bounds metrics, letting go of the stream that was updated least recently", () => {
    const store = new TelemetryStore(40_000);
    for (let each = 0; each < 100; each += 1) {
      store.addMetrics([decodedMetric(`m${each}`), decodedMetric("steady")]);
    }
    expect(store.bytes).to.be.at.most(10_000);
    const names = store.series().map(({ name }) => name);
    expect(names).to.include("steady");
    expect(names).to.include("m99");
    expect(names.length + store.evicted.series).to.equal(101);
  });

  it("keeps the latest point of each service, instrumentation scope, name and set of attributes", () => {
    const store = new TelemetryStore();
    store.addMetrics([
      decodedMetric("m", { points: [at(2n, 20), at(1n, 10), at(1n, 7, { k: "1" }), at(1n, 8, { k: 1 })] }),
      decodedMetric("m", { scope: { name: "other" }, points: [at(1n, 30)] }),
      decodedMetric("m", { resource: { "service.name": "mail" }, points: [at(1n, 40)] }),
      decodedMetric("m", { points: [at(3n, 9, { k: "1" })] }),
    ]);
    const values = store.series().map(({ point }) => point.value);
    expect(values.toSorted()).to.deep.equal([20, 30, 40, 8, 9].toSorted());
  });

  it("tells listeners which traces have new spans and which metrics new values", () => {
    const store = new TelemetryStore();
    const changes: StoreChange[] = [];
    const subscription = store.onChange((change) => void changes.push(change));
    store.addSpans([decodedSpan(1, 1), decodedSpan(1, 2), decodedSpan(2, 1)]);
    store.addMetrics([decodedMetric("m")]);
    store.addMetrics([decodedMetric("m")]);
    store.addMetrics([decodedMetric("m", { points: [decodedPoint({ value: 2 })] })]);
    store.addSpans([]);
    subscription[Symbol.dispose]();
    store.addSpans([decodedSpan(3, 1)]);
    expect(
      changes.map(({ traceIds, series }) => [traceIds.size, series.map(({ point }) => point.value)]),
    ).to.deep.equal([
      [2, []],
      [0, [1]],
      [0, [2]],
    ]);
  });

  it("tells of every point of a delta, equal or not", () => {
    const store = new TelemetryStore();
    let told = 0;
    store.onChange(() => void (told += 1));
    store.addMetrics([decodedMetric("m", { temporality: 1 })]);
    store.addMetrics([decodedMetric("m", { temporality: 1 })]);
    expect(told).to.equal(2);
  });
});
