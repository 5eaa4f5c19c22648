import { expect } from "chai";
import { drawStoredMetrics, drawStoredTrace } from "../../src/devtools/draw-stored.ts";
import { estimatedMedian } from "../../src/devtools/median.ts";
import { TelemetryStore } from "../../src/devtools/store.ts";
import { jsonText, valueText } from "../../src/waterfall/value-text.ts";
import { waterfallSpan } from "../../src/devtools/waterfall-rows.ts";
import type { AnyValue } from "../../src/otlp/decoded.ts";
import { decodedMetric, decodedPoint, decodedSpan, traceIdOf } from "./decoded-telemetry.ts";

const ERROR = 2;

function exception(attributes: Readonly<Record<string, AnyValue>>) {
  return { name: "exception", timeUnixNano: 0n, attributes, droppedAttributesCount: 0 };
}

describe("a received span as a row of the waterfall", () => {
  for (const [kind, word] of [
    [0, undefined],
    [1, undefined],
    [2, "server"],
    [3, "client"],
    [4, "producer"],
    [5, "consumer"],
    [99, undefined],
  ] as const) {
    it(`of kind ${kind} says ${word ?? "nothing"}`, () => {
      expect(waterfallSpan(decodedSpan(1, 1, { kind })).kind).to.equal(word);
    });
  }

  it("has failed if its status is an error", () => {
    expect(
      [0, 1, ERROR].map((code) => waterfallSpan(decodedSpan(1, 1, { status: { code, message: "" } })).failed),
    ).to.deep.equal([false, false, true]);
  });

  it("says why by its status, else by its last exception", () => {
    const events = [exception({ "exception.message": "first" }), exception({ "exception.message": "last" })];
    const note = (message: string, those: typeof events) =>
      waterfallSpan(decodedSpan(1, 1, { status: { code: ERROR, message }, events: those })).note;
    expect(note("from the status", events)).to.equal("from the status");
    expect(note("", events)).to.equal("last");
    expect(note("", [exception({ "exception.type": "RangeError" })])).to.equal("RangeError");
    expect(note("", [])).to.equal(undefined);
  });

  it("is of an unknown service where the resource names none", () => {
    expect(waterfallSpan(decodedSpan(1, 1, { resource: {} })).service).to.equal("unknown_service");
    expect(waterfallSpan(decodedSpan(1, 1, { resource: { "service.name": 7 } })).service).to.equal(
      "unknown_service",
    );
  });
});

describe("a stored trace", () => {
  it("is drawn as a waterfall", () => {
    const store = new TelemetryStore();
    const parentSpanId = "0".repeat(15) + "1";
    store.addSpans([decodedSpan(0xabcdef, 1, { kind: 2 }), decodedSpan(0xabcdef, 2, { parentSpanId })]);
    expect(drawStoredTrace(store, traceIdOf(0xabcdef), { width: 50 })).to.equal(`\
trace 00000000 · 2 spans · 1 service · 5.00 ms

shop  span 1 (server)  ██████████████████  5.00 ms
shop  └─ span 2        ██████████████████  5.00 ms
`);
  });

  it("is drawn as nothing if it is not there", () => {
    expect(drawStoredTrace(new TelemetryStore(), traceIdOf(1))).to.equal("");
  });
});

describe("stored metrics", () => {
  it("are drawn as tables", () => {
    const store = new TelemetryStore();
    const histogram = { count: 4, sum: 20, min: 1, max: 9, bounds: [5], bucketCounts: [2, 2] };
    store.addMetrics([
      decodedMetric("orders", {
        points: [decodedPoint({ value: 3n, attributes: { currency: "EUR", rush: true } })],
      }),
      decodedMetric("sent", { temporality: 1, points: [decodedPoint({ value: 5 })] }),
      decodedMetric("time", { type: "histogram", unit: "ms", points: [decodedPoint(histogram)] }),
    ]);
    expect(drawStoredMetrics(store)).to.equal(`\
service  metric  attributes              value
shop     orders  currency=EUR rush=true      3
shop     sent                               +5

service  metric  count  mean  min  ~p50  max  unit
shop     time        4     5    1     5    9  ms
`);
  });
});

describe("the estimated median", () => {
  for (const [fact, point, median] of [
    ["lies within its bucket by share", { bounds: [10, 20], bucketCounts: [1, 2, 1] }, 15],
    ["begins at the minimum in the first bucket", { bounds: [10], bucketCounts: [4, 1], min: 2 }, 7],
    ["ends at the maximum in the last bucket", { bounds: [10], bucketCounts: [1, 4], max: 30 }, 17.5],
    [
      "is at most twice the mean of values from 0 on",
      { bounds: [10, 20], bucketCounts: [5, 1, 0], min: 0, sum: 12, count: 6 },
      4,
    ],
    [
      "is unknown where one bucket has all: only their mean is told",
      { bounds: [10, 20], bucketCounts: [0, 4, 0], min: 12, max: 18, sum: 60, count: 4 },
      undefined,
    ],
    ["is unknown where its bucket has no lower end", { bounds: [10], bucketCounts: [4, 4] }, undefined],
    ["is unknown without counts", { bounds: [10], bucketCounts: [0, 0] }, undefined],
    ["is unknown without buckets", {}, undefined],
    ["is unknown where bounds and counts do not match", { bounds: [10], bucketCounts: [1] }, undefined],
  ] as const) {
    it(fact, () => {
      expect(estimatedMedian(decodedPoint(point))).to.equal(median);
    });
  }
});

describe("values as text", () => {
  for (const [value, text] of [
    ["plain", "plain"],
    [7n, "7"],
    [null, "null"],
    [Number.NaN, "NaN"],
    [new Uint8Array([1, 255]), "0x01ff"],
    [["a", 1, [true]], '["a",1,[true]]'],
    [{ b: "x", a: null }, '{"a":null,"b":"x"}'],
  ] as const) {
    it(`${text} is shown`, () => {
      expect(valueText(value)).to.equal(text);
    });
  }

  it("keeps a text apart from a number", () => {
    expect(jsonText("1")).not.to.equal(jsonText(1));
  });

  it("ends at depth 16", () => {
    let deep: AnyValue = "end";
    for (let depth = 0; depth < 16; depth += 1) deep = [deep];
    expect(jsonText(deep)).to.contain("end");
    expect(jsonText([deep]))
      .to.contain("…")
      .and.not.to.contain("end");
  });
});
