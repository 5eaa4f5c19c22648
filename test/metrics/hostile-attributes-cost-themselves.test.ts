import type { Attributes } from "@opentelemetry/api";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { counter } from "../../src/metrics/accessors.ts";
import { contextualMeterProvider } from "../../src/metrics/contextual-meter.ts";
import { silently } from "../stderr.ts";
import { Metering } from "./metering.ts";

const orders = counter("hostile.orders", { attributeKeys: ["a"] });
const rejecting = async (): Promise<never> => Promise.reject(new Error("on purpose"));
const anything = counter("hostile.anything");

describe("attributes of a measurement", () => {
  it("that say something else at each look count as they were read once", async () => {
    let looks = 0;
    const changing = {
      get a(): unknown {
        return looks++ === 0 ? "plain" : Symbol("secret");
      },
    };
    const metering = new Metering().run(() => anything.add(1, changing as unknown as Attributes));
    expect(await metering.points("hostile.anything")).to.deep.equal([[{ a: "plain" }, 1]]);
  });

  it("of a proxy that has other keys at each look are those of the first", async () => {
    let looks = 0;
    const target: Attributes = { a: "told", secret: "leaked", "": "leaked" };
    const changing = new Proxy(target, {
      ownKeys: () => (looks++ === 0 ? ["a"] : ["a", "secret", ""]),
    });
    const metering = new Metering().run(() => orders.add(1, changing));
    expect(await metering.points("hostile.orders")).to.deep.equal([[{ a: "told" }, 1]]);
  });

  it("with an empty key are left out and counted, the others stay", async () => {
    const before = troubles().invalid_attribute ?? 0;
    const metering = new Metering();
    silently(() => metering.run(() => anything.add(1, { "": "nameless", a: 1 })));
    expect(await metering.points("hostile.anything")).to.deep.equal([[{ a: 1 }, 1]]);
    expect(troubles().invalid_attribute).to.equal(before + 1);
  });

  it("are 128 at most, and lists are cut, which is counted once for a measurement", async () => {
    const before = troubles().limit_reached ?? 0;
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
    const metering = new Metering();
    silently(() => metering.run(() => anything.add(1, many)));
    metering.run(() =>
      counter("hostile.list").add(1, { list: Array.from({ length: 1_000_000 }, () => "x") }),
    );
    const [kept] = await metering.points("hostile.anything");
    expect(Object.keys(kept?.[0] ?? {})).to.have.length(128);
    expect(troubles().limit_reached).to.equal(before + 1);
    const [cut] = await metering.points("hostile.list");
    const list: unknown = cut?.[0]["list"];
    expect(Array.isArray(list) && list.length).to.be.within(1_000, 8_192);
  });
});

describe("an instrument of the API's global meter", () => {
  it("never throws over a name, options or observables of the wrong kind", () => {
    const meter = contextualMeterProvider.getMeter("hostile");
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    silently(() => {
      for (const name of [Symbol("name"), Object.create(null), revoked, null, 5]) {
        meter.createCounter(name as string).add(-1);
        meter.createHistogram(name as string, revoked).record(-1);
        meter.createGauge(name as string, revoked).record(Number.NaN);
        meter.createObservableGauge(name as string).addCallback(5 as never);
        meter.addBatchObservableCallback(() => {}, [revoked] as never);
        meter.removeBatchObservableCallback(() => {}, [revoked] as never);
        meter.addBatchObservableCallback(() => {}, revoked as never);
      }
    });
  });

  it("never leaves the rejection of another SDK's async instrument to the host", async () => {
    const instrument = {
      add: rejecting,
      record: rejecting,
      addCallback: rejecting,
      removeCallback: () => {},
    };
    const metering = new Metering();
    const provider = {
      getMeter: () => ({ createCounter: () => instrument, createObservableGauge: () => instrument }),
    };
    Object.assign(metering.providers, { meterProvider: provider });
    metering.run(() => {
      counter("async").add(1);
      contextualMeterProvider
        .getMeter("async")
        .createObservableGauge("async.gauge")
        .addCallback(() => {});
    });
    // Mocha fails a test during which a rejection is left unhandled.
    await new Promise(setImmediate);
  });
});
