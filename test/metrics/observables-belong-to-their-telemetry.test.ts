import { type Attributes, metrics } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { processState } from "../../src/context/process-state.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import {
  counter,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
} from "../../src/metrics/accessors.ts";
import { attachCallbacksOfProcess } from "../../src/metrics/callback-registry.ts";
import type { Observation } from "../../src/metrics/instruments.ts";
import { silently } from "../stderr.ts";
import { Metering } from "./metering.ts";

const observation: Observation = (observe) => observe(5);

/** As `start()` does. */
function makeDefault(metering: Metering | undefined): void {
  processState.providers = metering?.providers;
  if (metering !== undefined) attachCallbacksOfProcess(metering.providers.meterProvider, metering.providers);
}

describe("an observable instrument", () => {
  afterEach(() => makeDefault(undefined));

  it("is asked at each collection", async () => {
    const metering = new Metering();
    let depth = 3;
    metering.run(() => void observableGauge("queue.depth", (observe) => observe(depth, { queue: "mail" })));
    expect(await metering.points("queue.depth")).to.deep.equal([[{ queue: "mail" }, 3]]);
    depth = 0;
    expect(await metering.points("queue.depth")).to.deep.equal([[{ queue: "mail" }, 0]]);
  });

  it("is a counter, an up-down counter or a gauge, with unit and description", async () => {
    const metering = new Metering();
    const options = { unit: "{job}", description: "told" };
    metering.run(() => {
      observableCounter("a.counter", options, observation);
      observableUpDownCounter("an.up-down-counter", options, observation);
      observableGauge("a.gauge", options, observation);
    });
    const series = await metering.series();
    expect(
      series.map(({ name, unit, description, points }) => [name, unit, description, points]),
    ).to.deep.equal(
      ["a.counter", "an.up-down-counter", "a.gauge"].map((name) => [name, "{job}", "told", [[{}, 5]]]),
    );
  });

  it("belongs to the telemetry of the context in which it is declared, and to no other", async () => {
    const [own, other, process] = [new Metering(), new Metering(), new Metering()];
    makeDefault(process);
    own.run(() => void observableGauge("tenant.size", (observe) => observe(1)));
    expect(await own.points("tenant.size")).to.deep.equal([[{}, 1]]);
    const next = new Metering();
    makeDefault(next);
    for (const metering of [other, process, next])
      expect(await metering.points("tenant.size")).to.deep.equal([]);
  });

  it("that ends itself as it is asked costs the next one nothing", async () => {
    const metering = new Metering();
    metering.run(() => {
      const first = observableGauge("ends.itself", (observe) => {
        observe(1);
        first.end();
      });
      observableGauge("the.next", (observe) => observe(2));
      observableGauge("the.last", (observe) => observe(3));
    });
    const series = await metering.series();
    expect(series.map(({ name, points }) => [name, points])).to.deep.equal([
      ["ends.itself", [[{}, 1]]],
      ["the.next", [[{}, 2]]],
      ["the.last", [[{}, 3]]],
    ]);
  });

  it("declared outside any belongs to the process's telemetry, from its start on and after a restart", async () => {
    const [first, second] = [new Metering(), new Metering()];
    let asked = 0;
    const observed = observableGauge("process.size", (observe) => {
      asked++;
      observe(7);
    });
    makeDefault(first);
    expect(await first.points("process.size")).to.deep.equal([[{}, 7]]);
    await first.series();
    makeDefault(second);
    expect(await second.points("process.size")).to.deep.equal([[{}, 7]]);
    observed.end();
    const before = asked;
    await second.points("process.size");
    const third = new Metering();
    makeDefault(third);
    expect(await third.points("process.size")).to.deep.equal([]);
    expect(asked).to.equal(before);
  });

  it("declared outside any after the start is asked, too", async () => {
    const metering = new Metering();
    makeDefault(metering);
    const late = observableGauge("late.size", (observe) => observe(7));
    expect(await metering.points("late.size")).to.deep.equal([[{}, 7]]);
    late.end();
  });

  it("is asked by another SDK's provider that is the API's global one, as soon as it is measured with", async () => {
    const metering = new Metering();
    metrics.disable();
    metrics.setGlobalMeterProvider(metering.providers.meterProvider);
    try {
      const early = observableGauge("global.before", (observe) => observe(1));
      counter("global.counter").add(1);
      const late = observableGauge("global.after", (observe) => observe(2));
      expect(await metering.points("global.before")).to.deep.equal([[{}, 1]]);
      expect(await metering.points("global.after")).to.deep.equal([[{}, 2]]);
      for (const each of [early, late]) each.end();
    } finally {
      metrics.disable();
    }
  });

  it("is not asked by another telemetry that is measured in from outside it", async () => {
    const tenant = new Metering();
    const observed = observableGauge("process.secret", (observe) => observe(1));
    counter("told.elsewhere").add(1, {}, new Context(undefined, tenant.providers));
    const names = (await tenant.series()).map(({ name }) => name);
    observed.end();
    expect(names).to.deep.equal(["told.elsewhere"]);
  });

  it("is gone from its provider when it has ended", async () => {
    const metering = new Metering();
    let isHeld = true;
    const observed = metering.call(() => observableGauge("held", (observe) => observe(isHeld ? 1 : 2)));
    expect(await metering.points("held")).to.deep.equal([[{}, 1]]);
    observed.end();
    isHeld = false;
    // The official provider keeps the last value of what it cannot ask any more.
    expect(await metering.points("held")).to.deep.equal([[{}, 1]]);
  });

  it("measures into the telemetry that asks it", async () => {
    const [own, process] = [new Metering(), new Metering()];
    makeDefault(process);
    own.run(
      () =>
        void observableGauge("asked", (observe) => {
          counter("askings").add(1);
          observe(1);
        }),
    );
    await own.points("asked");
    expect(await own.points("askings")).to.deep.equal([[{}, 2]]);
    expect(await process.points("askings")).to.deep.equal([]);
  });

  it("may be asked asynchronously", async () => {
    const metering = new Metering();
    metering.run(
      () =>
        void observableGauge("async.size", async (observe) => {
          await Promise.resolve();
          observe(4);
        }),
    );
    expect(await metering.points("async.size")).to.deep.equal([[{}, 4]]);
  });

  it("that throws or rejects costs its own measurements alone, and is counted", async () => {
    const metering = new Metering();
    const before = troubles().callback_failed ?? 0;
    metering.run(() => {
      observableGauge("throws", (observe) => {
        observe(1);
        throw new Error("on purpose");
      });
      observableGauge("rejects", async () => Promise.reject(new Error("on purpose")));
      observableGauge("works", (observe) => observe(1));
    });
    expect(await metering.points("works")).to.deep.equal([[{}, 1]]);
    expect(await metering.points("throws")).to.deep.equal([[{}, 1]]);
    expect(await metering.points("rejects")).to.deep.equal([]);
    expect((troubles().callback_failed ?? 0) - before).to.be.at.least(2);
  });

  it("leaves out what is no measurement or attribute, and counts it", async () => {
    const metering = new Metering();
    const before = troubles().invalid_argument ?? 0;
    metering.run(() => {
      observableCounter("sane.counter", (observe) => {
        for (const value of [NaN, -1, "1", 1n]) observe(value as number, { odd: true });
        observe(1, { good: true, key: 1n } as unknown as Attributes);
      });
      observableGauge("sane.gauge", (observe) => {
        observe(Infinity);
        observe(-1);
      });
    });
    expect(await metering.points("sane.counter")).to.deep.equal([[{ good: true }, 1]]);
    expect(await metering.points("sane.gauge")).to.deep.equal([[{}, -1]]);
    expect(troubles().invalid_argument).to.be.at.least(before + 5);
  });

  it("needs a function, and never throws over a name or options of the wrong kind", () => {
    for (const nothing of [undefined, null, 5, {}])
      expect(() => observableGauge("none", {}, nothing as Observation)).to.throw(
        TypeError,
        "THR_NOT_A_FUNCTION",
      );
    silently(() => {
      for (const name of [null, 5, Symbol("name"), "", "no name"])
        observableGauge(name as string, name as unknown as object, () => {}).end();
    });
  });
});
