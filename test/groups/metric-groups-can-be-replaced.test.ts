import type { Counter, Meter } from "@opentelemetry/api";
import { expect } from "chai";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { metricGroup, MetricGroups } from "../../src/groups/metric-group.ts";
import { counter } from "../../src/metrics/accessors.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { caught } from "../trace/failures.ts";
import { Metering } from "../metrics/metering.ts";
import { silently } from "../stderr.ts";
import { MailMetrics, noteMail } from "./mail-metrics.ts";
import { ShopMetrics, noteOrder } from "./shop-metrics.ts";

let made = 0;
const Orders = metricGroup("orders", (meter) => {
  made++;
  return { placed: meter.createCounter("orders.placed"), paid: meter.createCounter("orders.paid") };
});

class EventCounts {
  readonly seen: Counter;
  readonly #kinds = new Set<string>();

  constructor(meter: Meter) {
    this.seen = meter.createCounter("events.seen");
  }

  note(kind: string): number {
    this.#kinds.add(kind);
    this.seen.add(1, { kind });
    return this.#kinds.size;
  }
}
const Events = metricGroup("events", EventCounts);

/** A stand-in that keeps what is added to `placed`. */
function fakeOrders(): { placed: { add: (value: number) => void }; added: number[] } {
  const added: number[] = [];
  return { placed: { add: (value) => added.push(value) }, added };
}

describe("a metric group", () => {
  beforeEach(() => {
    MetricGroups.resetAll();
    made = 0;
  });
  afterEach(() => MetricGroups.resetAll());

  it("is made once, when it is first used", () => {
    const kept = Orders.get();
    expect(made).to.equal(0);
    kept.placed.add(1);
    Orders.get().paid.add(1);
    expect(made).to.equal(1);
  });

  it("measures where the context says, under the group's name as instrumentation scope", async () => {
    const [one, two] = [new Metering(), new Metering()];
    const { placed } = Orders.get();
    one.run(() => placed.add(1, { a: 1 }));
    two.run(() => Orders.get().placed.add(10));
    expect(
      (await two.series()).map(({ name, scope: [library], points }) => [name, library, points]),
    ).to.deep.equal([["orders.placed", "orders", [[{}, 10]]]]);
    expect(await one.points("orders.placed")).to.deep.equal([[{ a: 1 }, 1]]);
  });

  it("may be a class, with methods and private fields", async () => {
    const metering = new Metering();
    const kept = Events.get();
    expect(
      metering.call(() => [Events.get().note("a"), kept.note("b"), Events.get().note("b")]),
    ).to.deep.equal([1, 2, 2]);
    expect(await metering.points("events.seen")).to.deep.equal([
      [{ kind: "a" }, 1],
      [{ kind: "b" }, 2],
    ]);
  });

  it("is replaced within run(), also where the group was kept, and nowhere else", async () => {
    const fake = fakeOrders();
    const kept = Orders.get();
    await Orders.run(fake, async () => {
      kept.placed.add(1);
      await new Promise(setImmediate);
      Orders.get().placed.add(2);
    });
    kept.placed.add(3);
    expect(fake.added).to.deep.equal([1, 2]);
  });

  it("may be replaced by an object of a class with private fields", () => {
    class Fake {
      #count = 0;

      note(): number {
        return ++this.#count;
      }
    }
    expect(Events.run(new Fake(), () => [Events.get().note("a"), Events.get().note("b")])).to.deep.equal([
      1, 2,
    ]);
  });

  it("is of its class, and its members can be replaced by tools", () => {
    const kept = Events.get();
    expect(kept).to.be.instanceOf(EventCounts);
    Object.defineProperty(kept, "note", { value: () => 42, configurable: true });
    expect(kept.note("a")).to.equal(42);
    expect(Reflect.deleteProperty(kept, "note")).to.equal(true);
    expect(kept.note("a")).to.equal(1);
  });

  it("has methods of a class see its own members, and those of an object what stands in", () => {
    const fake = fakeOrders();
    const Plain = metricGroup("plain", (meter) => ({
      placed: meter.createCounter("plain.placed"),
      place(): void {
        this.placed.add(1);
      },
    }));
    Plain.run({ placed: fake.placed }, () => Plain.get().place());
    expect(fake.added).to.deep.equal([1]);
    let seen = 0;
    Events.run({ seen: { add: () => seen++ } }, () => Events.get().note("a"));
    expect(seen).to.equal(0);
  });

  it("keeps what a stand-in lacks", async () => {
    const metering = new Metering();
    metering.run(() => Orders.run(fakeOrders(), () => Orders.get().paid.add(5)));
    expect(await metering.points("orders.paid")).to.deep.equal([[{}, 5]]);
  });

  it("has the stand-ins of two tests at once apart", async () => {
    const fakes = [fakeOrders(), fakeOrders()];
    await Promise.all(
      fakes.map((fake, index) =>
        Orders.run(fake, async () => {
          Orders.get().placed.add(index);
          await new Promise(setImmediate);
          Orders.get().placed.add(index + 10);
        }),
      ),
    );
    expect(fakes.map(({ added }) => added)).to.deep.equal([
      [0, 10],
      [1, 11],
    ]);
  });

  it("looks like the group where it is listed", () => {
    const fake = { ...fakeOrders(), more: 1 };
    expect(Object.keys(Orders.get())).to.deep.equal(["placed", "paid"]);
    expect("paid" in Orders.get()).to.equal(true);
    expect(Orders.run(fake, () => Object.keys({ ...Orders.get() }))).to.deep.equal([
      "placed",
      "paid",
      "added",
      "more",
    ]);
  });

  it("can be used by modules that use each other's groups", async () => {
    const metering = new Metering();
    metering.run(() => {
      noteMail();
      noteOrder();
    });
    expect([ShopMetrics.name, MailMetrics.name]).to.deep.equal(["shop", "mail"]);
    expect(await metering.points("mail.sent")).to.deep.equal([[{}, 2]]);
    expect(await metering.points("shop.orders")).to.deep.equal([[{}, 2]]);
  });

  it("that uses itself while it is made says so, and can be made later", () => {
    let isEager = true;
    const eager: { get: () => { counter: object } } = metricGroup("eager", (meter) => ({
      counter: isEager ? eager.get().counter : meter.createCounter("eager.counter"),
    }));
    expect(() => eager.get().counter).to.throw(TypeError, "THR_GROUP_NEEDS_ITSELF");
    isEager = false;
    expect(eager.get().counter).to.be.an("object");
  });

  it("gives on what making it throws, and is tried again at the next use", () => {
    let failures = 1;
    const error = new Error("on purpose");
    const fails = metricGroup("fails", () => {
      if (failures-- > 0) throw error;
      return { fine: true };
    });
    expect(caught(() => fails.get().fine)).to.equal(error);
    expect(fails.get().fine).to.equal(true);
  });

  it("that is made by an async function is told, and ends no process", async () => {
    const before = troubles().invalid_argument ?? 0;
    const Late = metricGroup("late", (async () => {
      throw new Error("on purpose");
    }) as unknown as () => { used: Counter });
    silently(() => expect(Late.get().used).to.equal(undefined));
    await new Promise((resolve) => setImmediate(resolve));
    expect(troubles().invalid_argument).to.equal(before + 1);
  });

  it("may be given again and again in one scope: the last counts, and those before it where it has none", () => {
    const fake = fakeOrders();
    scope(() => {
      MetricGroups.initializeAll({ orders: fakeOrders() });
      MetricGroups.initializeAll({ orders: fake });
      MetricGroups.initializeAll({});
      Orders.get().placed.add(1);
      for (let time = 0; time < 20_000; time++) MetricGroups.initializeAll({});
      Orders.get().placed.add(2);
    });
    expect(fake.added).to.deep.equal([1]);
  });

  it("that fails has nothing observed of what it had made until then", async () => {
    let tries = 0;
    const Failing = metricGroup("failing", (meter) => {
      const jobs = meter.createObservableUpDownCounter("failing.jobs");
      jobs.addCallback((result) => result.observe(1, { try: tries }));
      if (++tries < 3) throw new Error("on purpose");
      return { jobs };
    });
    for (const _ of [1, 2]) expect(() => Failing.get().jobs).to.throw("on purpose");
    expect(Failing.get().jobs).to.be.an("object");
    testTelemetry((t) => expect(t.metric("failing.jobs").measurements).to.have.length(1))();
  });

  it("whose instruments are our accessors' can be replaced by what is used of them", () => {
    const Mail = metricGroup("mailed", () => ({ sent: counter("mail.sent", { attributeKeys: ["kind"] }) }));
    const added: number[] = [];
    Mail.run({ sent: { add: (value) => added.push(value) } }, () => Mail.get().sent.add(1, { kind: "a" }));
    expect(added).to.deep.equal([1]);
  });

  it("has its own members where what stands in cannot be asked", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    silently(() => Orders.run(proxy, () => Orders.get().placed.add(1)));
    expect(made).to.equal(1);
  });

  it("of a name that another has is told", () => {
    const before = troubles().invalid_configuration ?? 0;
    silently(() => metricGroup("orders", () => ({})));
    expect(troubles().invalid_configuration).to.equal(before + 1);
  });

  it("needs a function or a class", () => {
    for (const nothing of [undefined, null, 5, {}])
      expect(() => metricGroup("none", nothing as never)).to.throw(TypeError, "THR_NOT_A_FUNCTION");
    expect(() => Orders.run({}, 5 as unknown as () => void)).to.throw(TypeError, "THR_NOT_A_FUNCTION");
  });

  it("never throws over a name, a stand-in or a group of the wrong kind, and counts it", () => {
    const before = troubles().invalid_argument ?? 0;
    silently(() => {
      expect(metricGroup(5 as unknown as string, () => ({ a: 1 })).get().a).to.equal(1);
      expect(metricGroup("nothing", () => undefined as unknown as { a?: 1 }).get().a).to.equal(undefined);
      for (const standIn of [5, "text", () => {}])
        expect(Orders.run(standIn as object, () => Object.keys(Orders.get()))).to.deep.equal([
          "placed",
          "paid",
        ]);
    });
    expect(troubles().invalid_argument).to.equal(before + 5);
  });
});

describe("MetricGroups", () => {
  beforeEach(() => {
    MetricGroups.resetAll();
    made = 0;
  });
  afterEach(() => MetricGroups.resetAll());

  it("initialises every group, those given by name from there", () => {
    const fake = fakeOrders();
    MetricGroups.initializeAll({ orders: fake, unknown: {} });
    expect(made).to.equal(0);
    Orders.get().placed.add(1);
    expect(fake.added).to.deep.equal([1]);
    MetricGroups.resetAll();
    MetricGroups.initializeAll();
    expect(made).to.equal(1);
  });

  it("gives a group that is declared afterwards, too", () => {
    const late = { seen: 5 };
    MetricGroups.initializeAll({ late });
    expect(metricGroup("late", () => ({ seen: 0 })).get().seen).to.equal(5);
  });

  it("asks a container once for each group", () => {
    let asked = 0;
    const container = new Proxy(
      {},
      {
        has: (_target, key) => key === "orders",
        get: (_target, key) => {
          if (key !== "orders") throw new Error(`nothing is registered as ${String(key)}`);
          asked++;
          return fakeOrders();
        },
      },
    );
    MetricGroups.initializeAll(container);
    expect([Orders.get().placed, Orders.get().placed].map((placed) => typeof placed.add)).to.deep.equal([
      "function",
      "function",
    ]);
    expect(asked).to.equal(1);
  });

  it("acts within the scope that it is called in, and for the process outside", async () => {
    const [ofProcess, ofTest] = [fakeOrders(), fakeOrders()];
    MetricGroups.initializeAll({ orders: ofProcess });
    await scope(async () => {
      MetricGroups.initializeAll({ orders: ofTest });
      await new Promise(setImmediate);
      Orders.get().placed.add(1);
      MetricGroups.resetAll();
      Orders.get().placed.add(2);
    });
    Orders.get().placed.add(3);
    expect([ofProcess.added, ofTest.added]).to.deep.equal([[3], [1]]);
  });

  it("resets to groups of their own, made anew", () => {
    MetricGroups.initializeAll();
    expect(made).to.equal(1);
    MetricGroups.initializeAll({ orders: fakeOrders() });
    MetricGroups.resetAll();
    emptyScope(() => Orders.get().placed.add(1));
    expect(made).to.equal(2);
  });

  it("makes all groups, also after one that fails, and then gives on what that threw", () => {
    const error = new Error("on purpose");
    let isBroken = true;
    metricGroup("broken", () => {
      if (isBroken) throw error;
      return {};
    });
    let isMade = false;
    metricGroup("after", () => ({ isMade: (isMade = true) }));
    expect(caught(() => MetricGroups.initializeAll())).to.equal(error);
    expect(isMade).to.equal(true);
    isBroken = false;
  });

  it("leaves everything as it was where a container fails", () => {
    const fake = fakeOrders();
    MetricGroups.initializeAll({ orders: fake });
    const failing = {
      get orders(): never {
        throw new Error("on purpose");
      },
    };
    expect(() => MetricGroups.initializeAll(failing)).to.throw("on purpose");
    Orders.get().placed.add(1);
    expect(() => scope(() => MetricGroups.initializeAll(failing))).to.throw("on purpose");
    Orders.get().placed.add(2);
    expect(fake.added).to.deep.equal([1, 2]);
  });

  it("can be initialised again and again", () => {
    for (let round = 0; round < 20_000; round++) MetricGroups.initializeAll({});
    expect(Orders.get().placed).to.be.an("object");
  });

  it("knows what every object has by its birth from a member", () => {
    for (const name of ["constructor", "toString", "__proto__", "valueOf"]) {
      const odd = metricGroup(name, () => ({ own: name, toString: () => `group ${name}` }));
      MetricGroups.initializeAll();
      expect([odd.get().own, String(odd.get())]).to.deep.equal([name, `group ${name}`]);
      expect(odd.run({}, () => String(odd.get()))).to.equal(`group ${name}`);
    }
  });

  it("ends what a group observes when it is reset", () => {
    const jobs = metricGroup("jobs", (meter) => {
      const observable = meter.createObservableUpDownCounter("jobs");
      observable.addCallback((result) => result.observe(3));
      return { observable };
    });
    for (let round = 0; round < 5; round++) {
      MetricGroups.resetAll();
      expect(jobs.get().observable).to.be.an("object");
    }
    testTelemetry((t) => expect(t.metric("jobs").value()).to.equal(3))();
    MetricGroups.resetAll();
    testTelemetry((t) => expect(t.metric("jobs").value()).to.equal(undefined))();
  });

  it("never throws over what is no object", () => {
    const before = troubles().invalid_argument ?? 0;
    silently(() => {
      for (const nothing of [null, 5, "text"]) MetricGroups.initializeAll(nothing as unknown as object);
    });
    expect((troubles().invalid_argument ?? 0) - before).to.be.at.least(3);
  });
});
