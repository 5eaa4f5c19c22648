import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { counter, gauge, histogram, upDownCounter } from "../../src/metrics/accessors.ts";
import { silently } from "../stderr.ts";
import { Metering } from "./metering.ts";

const orders = counter("shop.orders").bind({ currency: "EUR" });
const open = upDownCounter("shop.open").bind({ till: 1 });
const fill = gauge("shop.fill").bind({ tank: "a" });
const latency = histogram("shop.latency").bind({ route: "/" });

describe("a bound instrument", () => {
  it("measures with its attributes, in whatever provider is current", async () => {
    const [one, two] = [new Metering(), new Metering()];
    one.run(() => orders.add(1));
    two.run(() => orders.add(10));
    one.run(() => {
      orders.add(2);
      open.add(5);
      open.add(-7);
      fill.record(1);
      fill.record(-0.5);
      latency.record(3);
    });
    const currency = { currency: "EUR" };
    expect(await two.points("shop.orders")).to.deep.equal([[currency, 10]]);
    expect(await one.points("shop.orders")).to.deep.equal([[currency, 3]]);
    expect(await one.points("shop.open")).to.deep.equal([[{ till: 1 }, -2]]);
    expect(await one.points("shop.fill")).to.deep.equal([[{ tank: "a" }, -0.5]]);
    const [[attributes, value] = []] = await one.points("shop.latency");
    expect([attributes, value]).to.deep.include({ route: "/" });
    expect(value).to.include({ count: 1, sum: 3 });
  });

  it("is of the same series as its instrument with those attributes", async () => {
    const metering = new Metering().run(() => {
      orders.add(1);
      counter("shop.orders").add(1, { currency: "EUR" });
    });
    expect(await metering.points("shop.orders")).to.deep.equal([[{ currency: "EUR" }, 2]]);
  });

  it("keeps the attributes that it was bound with", async () => {
    const given = { currency: "EUR" };
    const bound = counter("shop.orders").bind(given);
    given.currency = "USD";
    const metering = new Metering().run(() => bound.add(1));
    expect(await metering.points("shop.orders")).to.deep.equal([[{ currency: "EUR" }, 1]]);
  });

  it("is bound to what of its attributes are some, and is silent without a provider", async () => {
    const metering = new Metering();
    silently(() => {
      for (const attributes of [undefined, null, 5, "text", ["a"], { key: 1n }]) {
        const bound = counter("shop.odd").bind(attributes as object);
        bound.add(1);
        metering.run(() => bound.add(1));
      }
    });
    expect(await metering.points("shop.odd")).to.deep.equal([[{}, 6]]);
  });

  it("leaves out what is no measurement, and counts it", async () => {
    const metering = new Metering();
    const before = troubles().invalid_argument ?? 0;
    silently(() =>
      metering.run(() => {
        for (const value of [NaN, Infinity, -1, "1", 1n, undefined]) orders.add(value as number);
        for (const value of [NaN, -Infinity, "1"]) open.add(value as number);
        orders.add(1);
        open.add(-1);
      }),
    );
    expect(troubles().invalid_argument).to.equal(before + 9);
    expect(await metering.points("shop.orders")).to.deep.equal([[{ currency: "EUR" }, 1]]);
    expect(await metering.points("shop.open")).to.deep.equal([[{ till: 1 }, -1]]);
  });
});
