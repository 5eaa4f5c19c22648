import { type Attributes, createNoopMeter, type Meter } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { VERSION } from "../../src/core/version.ts";
import { counter, histogram } from "../../src/metrics/accessors.ts";
import { recording } from "../recording.ts";
import { Metering } from "./metering.ts";

const orders = counter("shop.orders", { unit: "{order}", description: "orders placed" });
const latency = histogram("shop.latency", { unit: "s", advice: { explicitBucketBoundaries: [1, 2] } });
const invalid = (): number => troubles().invalid_argument ?? 0;
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe("a counter", () => {
  it("adds to the series of its attributes, with unit and description", async () => {
    const metering = new Metering().run(() => {
      orders.add(1, { currency: "EUR" });
      orders.add(2, { currency: "EUR" });
      orders.add(0.5, { currency: "USD" });
      orders.add(0);
    });
    expect(await metering.series()).to.deep.equal([
      {
        name: "shop.orders",
        unit: "{order}",
        description: "orders placed",
        scope: ["throughline", VERSION],
        points: [
          [{ currency: "EUR" }, 3],
          [{ currency: "USD" }, 0.5],
          [{}, 0],
        ],
      },
    ]);
  });
});

describe("a histogram", () => {
  it("records into the buckets that it was advised to have", async () => {
    const metering = new Metering().run(() => {
      for (const value of [0, 1, 1.5, 7]) latency.record(value, { route: "/" });
    });
    const [series] = await metering.series();
    const [attributes, value] = series?.points[0] ?? [];
    expect(attributes).to.deep.equal({ route: "/" });
    expect(value).to.deep.include({ count: 4, sum: 9.5, buckets: { boundaries: [1, 2], counts: [2, 1, 1] } });
    expect(series).to.include({ name: "shop.latency", unit: "s" });
  });
});

describe("an accessor", () => {
  it("is silent where there is no provider", () => {
    const before = troubles();
    orders.add(1);
    latency.record(1);
    expect(troubles()).to.deep.equal(before);
  });

  it("never mixes two providers in one process", async () => {
    const [one, two] = [new Metering(), new Metering()];
    one.run(() => orders.add(1));
    two.run(() => {
      orders.add(10);
      one.run(() => orders.add(2));
      orders.add(20);
    });
    const values = await Promise.all([one, two].map((metering) => metering.points("shop.orders")));
    expect(values).to.deep.equal([[[{}, 3]], [[{}, 30]]]);
  });

  it("makes its instrument when it is used, not when it is declared", async () => {
    const metering = new Metering().run(() => void counter("unused"));
    expect(await metering.series()).to.deep.equal([]);
  });

  it("makes its instrument once for each provider", () => {
    let made = 0;
    const getMeter = (): Meter =>
      Object.assign(createNoopMeter(), { createCounter: () => ({ add: () => {}, made: (made += 1) }) });
    const metering = (): Context => new Context(undefined, recording({ getMeter }).providers);
    const [one, two] = [metering(), metering()];
    for (const context of [one, two, one, two]) runIn(context, () => orders.add(1));
    expect(made).to.equal(2);
  });

  for (const [what, value] of Object.entries<unknown>({
    NaN: NaN,
    Infinity: Infinity,
    "-Infinity": -Infinity,
    "a negative number": -1,
    "a bigint": 1n,
    "a text": "1",
    "an object": { valueOf: () => 1 },
    null: null,
    undefined: undefined,
    "a symbol": Symbol("value"),
    "a revoked proxy": revoked.proxy,
  })) {
    it(`leaves out and counts ${what}, and the series is unharmed`, async () => {
      const before = invalid();
      const metering = new Metering().run(() => {
        orders.add(1);
        latency.record(1);
        orders.add(value as number);
        latency.record(value as number);
        orders.add(1);
        latency.record(1);
      });
      const [counted, recorded] = await metering.series();
      expect(counted?.points).to.deep.equal([[{}, 2]]);
      expect(recorded?.points.map(([, point]) => point)[0]).to.include({ count: 2, sum: 2 });
      expect(invalid()).to.equal(before + 2);
    });
  }

  for (const [what, attributes] of Object.entries<unknown>({
    "attributes whose getter throws": Object.defineProperty({}, "key", {
      enumerable: true,
      get: () => {
        throw new Error("on purpose");
      },
    }),
    "a revoked proxy": revoked.proxy,
  })) {
    it(`counts a measurement without ${what}, and the series is unharmed`, async () => {
      const metering = new Metering().run(() => {
        orders.add(1, { good: true });
        orders.add(1, attributes as Attributes);
        latency.record(1, attributes as Attributes);
        orders.add(1, { good: true });
      });
      const [counted] = await metering.series();
      expect(counted?.points).to.deep.equal([
        [{ good: true }, 2],
        [{}, 1],
      ]);
    });
  }

  for (const [what, attributes] of Object.entries<unknown>({
    "a bigint": { good: true, key: 1n },
    "an object": { good: true, key: { nested: 1 } },
    "a mixed array": { good: true, key: [1, "a"] },
    "a function": { good: true, key: () => 1 },
    "a list within itself": { good: true, key: cyclic },
  })) {
    it(`counts a measurement without an attribute that is ${what}`, async () => {
      const metering = new Metering().run(() => orders.add(1, attributes as Attributes));
      const [counted] = await metering.series();
      expect(counted?.points).to.deep.equal([[{ good: true }, 1]]);
    });
  }

  it("counts a measurement whose attributes are none, and reports what is no object", async () => {
    const before = invalid();
    const metering = new Metering().run(() => {
      for (const attributes of [null, undefined, "abc", 5, ["a"]])
        orders.add(1, attributes as unknown as Attributes);
    });
    const [counted] = await metering.series();
    expect(counted?.points).to.deep.equal([[{}, 5]]);
    expect(troubles().invalid_attribute ?? 0).to.be.at.least(3);
    expect(invalid()).to.equal(before);
  });

  it("counts a measurement without the attribute whose getter throws", async () => {
    const metering = new Metering().run(() =>
      orders.add(1, {
        good: true,
        get bad(): string {
          throw new Error("on purpose");
        },
      }),
    );
    const [counted] = await metering.series();
    expect(counted?.points).to.deep.equal([[{ good: true }, 1]]);
  });

  it("with boundaries that are none has the default ones", async () => {
    const advice = { explicitBucketBoundaries: "bad" as unknown as number[] };
    const metering = new Metering().run(() => histogram("h", { advice }).record(1));
    expect(await metering.series()).to.have.length(1);
  });

  for (const name of [5, "", "1 bad name", "a b", "ä", "a".repeat(256), null, {}]) {
    it(`named ${JSON.stringify(name).slice(0, 20)} is silent, is reported, and costs no other metric`, async () => {
      const before = troubles().invalid_configuration ?? 0;
      const metering = new Metering().run(() => {
        counter(name as string).add(1);
        orders.add(1);
      });
      expect((await metering.series()).map((series) => series.points)).to.deep.equal([[[{}, 1]]]);
      expect(troubles().invalid_configuration).to.equal(before + 1);
    });
  }

  it("with an option that there is not, misspelt say, is told, and measures all the same", async () => {
    const before = troubles().invalid_configuration ?? 0;
    const options = { atributeKeys: ["currency"], boundaries: [1, 2] } as object;
    const metering = new Metering().run(() => counter("misspelt", options).add(1));
    expect(await metering.series()).to.have.length(1);
    expect(troubles().invalid_configuration).to.equal(before + 1);
  });

  for (const bounds of [
    [3, 2],
    [1, 1],
    [1, Number.NaN],
  ])
    it(`with boundaries ${bounds.join(", ")} has those of its unit`, async () => {
      const before = troubles().invalid_configuration ?? 0;
      const advice = { explicitBucketBoundaries: bounds };
      const metering = new Metering().run(() => histogram("h", { unit: "By", advice }).record(1));
      expect(await metering.series()).to.have.length(1);
      expect(troubles().invalid_configuration).to.equal(before + 1);
    });

  it("with a unit that is no text has none", async () => {
    const before = troubles().invalid_configuration ?? 0;
    const metering = new Metering().run(() => counter("unitless", { unit: 5 as unknown as string }).add(1));
    expect((await metering.series()).map(({ unit }) => unit)).to.deep.equal([""]);
    expect(troubles().invalid_configuration).to.equal(before + 1);
  });

  it("never throws over a name or options of the wrong kind", async () => {
    const metering = new Metering().run(() => {
      for (const name of [null, 5, Symbol("name"), "", "no name", revoked.proxy]) {
        counter(name as string, name as object).add(1);
        histogram(name as string, name as object).record(1);
      }
      orders.add(1);
    });
    expect((await metering.series()).find(({ name }) => name === "shop.orders")?.points).to.deep.equal([
      [{}, 1],
    ]);
  });
});
