import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { singleFlight } from "../../src/concurrency/single-flight.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import type { ReadableSpan } from "../../src/trace/record.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";
import { failureOf } from "../trace/failures.ts";

const user = new ContextVariable<string>("user");

/** A loader that counts, and the signals that it was given. */
function counting(fails: (load: number) => boolean = () => false) {
  const signals: AbortSignal[] = [];
  const load = async ({ signal }: { readonly signal: AbortSignal }): Promise<number> => {
    const own = signals.push(signal);
    await sleep(5);
    if (fails(own)) throw new Error(`load ${own}`);
    return own;
  };
  return { load, signals };
}

function hanging() {
  const signals: AbortSignal[] = [];
  const load = ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
    signals.push(signal);
    return new Promise(() => {});
  };
  return { load, signals };
}

function named({ spans }: TestTelemetry, name: string): ReadableSpan {
  const span = spans.find((each) => each.name === name);
  if (span === undefined) throw new Error(`no span is called ${name}`);
  return span;
}

describe("singleFlight", () => {
  it("loads once for 1,000 who ask at once, and for those who ask later", async () => {
    const { load, signals } = counting();
    const get = singleFlight(load);
    const values = await Promise.all(Array.from({ length: 1_000 }, () => scope(() => get())));
    expect([...new Set(values), await get(), signals.length]).to.deep.equal([1, 1, 1]);
  });

  it("gives a failure to all who wait, and keeps none", async () => {
    const get = singleFlight(counting((load) => load === 1).load);
    const outcomes = await Promise.allSettled([get(), get(), get()]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected", "rejected"]);
    expect(await get()).to.equal(2);
  });

  it("takes what is thrown, or given at once", async () => {
    let loads = 0;
    const get = singleFlight(() => {
      if (++loads === 1) throw new Error("on purpose");
      return loads;
    });
    expect(String(await failureOf(get()))).to.equal("Error: on purpose");
    expect(await get()).to.equal(2);
  });

  it("loads anew what is older than its age, and what was forgotten", async () => {
    const { load, signals } = counting();
    const get = singleFlight(load, { maxAge: 30 });
    expect([await get(), await get()]).to.deep.equal([1, 1]);
    await sleep(40);
    expect(await get()).to.equal(2);
    get.forget();
    expect([await get(), signals.length]).to.deep.equal([3, 3]);
  });

  it("of no age is shared by those who ask while it is loaded, and by nobody later", async () => {
    const get = singleFlight(counting().load, { maxAge: 0 });
    expect(await Promise.all([get(), get()])).to.deep.equal([1, 1]);
    expect(await get()).to.equal(2);
  });

  it("forgotten while it is loaded gives what those wait for to them alone", async () => {
    const get = singleFlight(counting().load);
    const before = get();
    get.forget();
    expect([await get(), await before, await get()]).to.deep.equal([2, 1, 2]);
  });

  it("lets each give up by a signal of its own, and the others wait on", async () => {
    const { load, signals } = counting();
    const get = singleFlight(load);
    const impatient = new AbortController();
    const [first, second] = [failureOf(get({ signal: impatient.signal })), get()];
    impatient.abort(new Error("no time"));
    expect(String(await first)).to.equal("Error: no time");
    expect([await second, signals[0]?.aborted]).to.deep.equal([1, false]);
    expect(await failureOf(get({ signal: impatient.signal }))).to.equal(impatient.signal.reason);
  });

  it("tells a loader whom nobody waits for any more, and loads anew for who asks next", async () => {
    const { load, signals } = hanging();
    const get = singleFlight(load);
    const waiters = [new AbortController(), new AbortController()];
    const waits = waiters.map(({ signal }) => failureOf(get({ signal })));
    waiters[0]?.abort();
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([false]);
    waiters[1]?.abort("enough");
    await Promise.all(waits);
    expect([signals[0]?.aborted, signals[0]?.reason]).to.deep.equal([true, "enough"]);
    void get();
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false]);
  });

  it("gives what comes after all have given up to nobody", async () => {
    let loads = 0;
    const get = singleFlight(async () => {
      await sleep(5);
      return ++loads;
    });
    const waiter = new AbortController();
    const given = failureOf(get({ signal: waiter.signal }));
    waiter.abort();
    await given;
    await sleep(15);
    expect([await get(), loads]).to.deep.equal([2, 2]);
  });

  it("keeps no listener on a signal that it waits for no more", async () => {
    const get = singleFlight(counting().load, { maxAge: 0 });
    let listeners = 0;
    const { signal } = new AbortController();
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    await get({ signal });
    expect(listeners).to.equal(0);
  });

  it("leaves a failure that nobody handles unhandled, and one that nobody waits for alone", async () => {
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const unhandled: unknown[] = [];
    process.on("unhandledRejection", (reason) => unhandled.push(reason));
    const waiter = new AbortController();
    const given = failureOf(singleFlight(counting(() => true).load)({ signal: waiter.signal }));
    waiter.abort();
    void singleFlight(counting(() => true).load)();
    await given;
    await sleep(20);
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
    expect(unhandled.map(String)).to.deep.equal(["Error: load 1"]);
  });

  it(
    "loads in a trace of its own, linked to who asked first, with nothing of theirs set",
    testTelemetry(async (t) => {
      const seen: unknown[] = [];
      const rates = singleFlight(async function rates() {
        seen.push(user.tryGet());
        user.set("the loader's");
        await sleep(2);
      });
      await scope(async () => {
        user.set("ann");
        await withSpan("request", () => rates());
        expect(user.get()).to.equal("ann");
      });
      expect(seen).to.deep.equal([undefined]);
      const [load, request] = [named(t, "rates"), named(t, "request")];
      expect(load.spanContext().traceId).not.to.equal(request.spanContext().traceId);
      expect(load.parentSpanContext).to.equal(undefined);
      expect(load.links.map(({ context }) => context)).to.deep.equal([request.spanContext()]);
    }),
  );

  it("aborts a loader in its own scope, whoever gives up", async () => {
    const seen: unknown[] = [];
    const get = singleFlight(({ signal }) => {
      user.set("the loader's");
      signal.addEventListener("abort", () => seen.push(user.tryGet()));
      return new Promise<never>(() => {});
    });
    const waiter = new AbortController();
    const given = failureOf(get({ signal: waiter.signal }));
    scope(() => {
      user.set("bob");
      waiter.abort();
    });
    await given;
    expect(seen).to.deep.equal(["the loader's"]);
  });

  it("is forgotten also by its loader", async () => {
    let loads = 0;
    const get = singleFlight((): number => {
      get.forget();
      return ++loads;
    });
    expect([await get(), await get()]).to.deep.equal([1, 2]);
  });

  it(
    "names its span by its option, or its loader",
    testTelemetry(async (t) => {
      const nonsense = { name: Symbol("rates") as never };
      await singleFlight(() => 1)();
      await singleFlight(() => 1, { name: "rates" })();
      await singleFlight(() => 1, { name: "" })();
      let get: (() => Promise<number>) | undefined;
      silently(() => (get = singleFlight(() => 1, nonsense)));
      await get?.();
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["load", "rates", "load", "load"]);
    }),
  );

  it("says so to a loader that would wait for itself", async () => {
    for (const before of [() => undefined, () => sleep(1)]) {
      const get: () => Promise<number> = singleFlight(
        async () => {
          await before();
          return (await get()) + 1;
        },
        { name: "rates\n" },
      );
      expect(await failureOf(get()))
        .to.be.an("error")
        .with.property("message")
        .that.matches(/^rates\\u\{a\} asked for .*THR_LOADER_NEEDS_ITSELF/);
    }
  });

  for (const [title, before] of [
    ["at once", () => undefined],
    ["later", () => sleep(1)],
  ] as const)
    it(`says so to loaders that would wait for each other: ${title}`, async () => {
      let loads = 0;
      const next = (needed: () => () => Promise<number>) =>
        singleFlight(async () => {
          loads++;
          await before();
          return (await needed()()) + 1;
        });
      const one = next(() => other);
      const other: () => Promise<number> = next(() => third);
      const third: () => Promise<number> = next(() => one);
      for (const asked of [[one], [one, other, third]]) {
        loads = 0;
        for (const failure of await Promise.all(asked.map((ask) => failureOf(ask()))))
          expect(failure).to.have.property("code", "THR_LOADER_NEEDS_ITSELF");
        expect(loads).to.equal(3);
      }
    });

  it("looks at each loader once, however many ways lead to it", async () => {
    let layer: (() => Promise<unknown>)[] = [singleFlight(() => sleep(5)), singleFlight(() => sleep(5))];
    for (let depth = 0; depth < 50; depth++) {
      const below = layer;
      layer = [0, 1].map(() => singleFlight(() => Promise.all(below.map((get) => get()))));
    }
    const [top] = layer;
    await singleFlight(() => Promise.all([top?.(), top?.()]))();
  });

  it("lets loaders share what they need, and ask anew for what was forgotten", async () => {
    const { load, signals } = counting();
    const shared = singleFlight(load);
    const [one, other] = [singleFlight(() => shared()), singleFlight(() => shared())];
    const all = singleFlight(() => Promise.all([one(), other(), shared()]));
    expect([await all(), signals.length]).to.deep.equal([[1, 1, 1], 1]);
    let isFirst = true;
    const get: ReturnType<typeof singleFlight<Promise<number>>> = singleFlight(async () => {
      if (!isFirst) return 1;
      isFirst = false;
      get.forget();
      return (await get()) + 1;
    });
    expect(await get()).to.equal(2);
  });

  it("lets what a loader has begun ask for it once it is there", async () => {
    let later: Promise<number> | undefined;
    const get: () => Promise<number> = singleFlight(async () => {
      later = sleep(10).then(() => get());
      return 1;
    });
    expect([await get(), await later]).to.deep.equal([1, 1]);
  });

  it("loads functions only, and takes nonsense beside them for nothing", async () => {
    expect(() => singleFlight(5 as never))
      .to.throw()
      .with.property("code", "THR_NOT_A_FUNCTION");
    const asked: Promise<number>[] = [];
    for (const maxAge of [-1, Number.NaN, "1", null])
      expect(() => singleFlight(counting().load, { maxAge: maxAge as never }))
        .to.throw()
        .with.property("code", "THR_NOT_A_DURATION");
    silently(() => {
      asked.push(singleFlight(counting().load)({ signal: "no" as never }));
      asked.push(singleFlight(counting().load, null as never)(null as never));
    });
    expect(await Promise.all(asked)).to.deep.equal([1, 1]);
  });
});
