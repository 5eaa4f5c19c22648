import { type Context, type ContextManager, createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import { AssertionError, expect } from "chai";
import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";

const KEY = createContextKey("a key of the context manager contract");

/** The laws that an implementation cannot keep, by title, each with its reason. It must indeed fail them. */
export type Exceptions = Readonly<Record<string, string>>;

/** Ways for a callback to run later, of which each must see the context of whoever asked for it. */
const LATER: Record<string, (callback: () => void) => unknown> = {
  "a promise": (callback) => Promise.resolve().then(callback),
  "an await": async (callback) => {
    await Promise.resolve();
    callback();
  },
  "a microtask": queueMicrotask,
  "the next tick": (callback) => process.nextTick(callback),
  "an immediate": setImmediate,
  "a timer": (callback) => setTimeout(callback, 1),
  "a file that was read": (callback) => readFile(new URL(import.meta.url), callback),
};

const value = (n: unknown): Context => ROOT_CONTEXT.setValue(KEY, n);

const self = { offset: 10 };

function add(this: typeof self, a: number, b: number): number {
  if (b === 0) throw new RangeError("b");
  return this.offset + a + b;
}

async function* steps(look: () => unknown): AsyncGenerator {
  yield look();
  await sleep(1);
  yield look();
}

/** What OpenTelemetry's API promises of any context manager, over one implementation. */
export function contextManagerContract(
  name: string,
  create: () => ContextManager,
  exceptions: Exceptions = {},
): void {
  describe(name, () => {
    const laws = new Set<string>();
    const law = (title: string, proof: () => void | Promise<void>): void => {
      laws.add(title);
      const reason = exceptions[title];
      if (reason === undefined) it(title, proof);
      else it(`cannot keep the law "${title}": ${reason}`, () => expectFailure(proof));
    };

    let manager: ContextManager;
    const seen = (): unknown => manager.active().getValue(KEY);
    const runIn = <Result>(n: unknown, fn: () => Result): Result => manager.with(value(n), fn);

    beforeEach(() => {
      manager = create().enable();
    });

    afterEach(() => {
      expect(manager.active()).to.equal(ROOT_CONTEXT);
      manager.disable();
    });

    law("has ROOT_CONTEXT where nothing is active", () => {
      expect(manager.active()).to.equal(ROOT_CONTEXT);
    });

    law("makes the given context itself the active one", () => {
      const context = value(1);
      manager.with(context, () => expect(manager.active()).to.equal(context));
    });

    law("makes a context that was active the active one again, itself", () => {
      const context = manager.with(value(1), () => manager.active());
      manager.with(context, () => expect(manager.active()).to.equal(context));
    });

    law("shows the keys of a context inside, and no longer outside", () => {
      expect(runIn(1, seen)).to.equal(1);
      expect(seen()).to.equal(undefined);
    });

    law("restores the outer context after a nested one", () => {
      const trail = runIn(1, () => [seen(), runIn(2, () => [seen(), runIn(3, seen), seen()]), seen()]);
      expect(trail).to.deep.equal([1, [2, 3, 2], 1]);
    });

    law("restores the outer context after a throw, which goes through as it is", () => {
      const thrown = new Error("on purpose");
      runIn(1, () => {
        try {
          runIn(2, () => {
            throw thrown;
          });
          expect.fail("nothing was thrown");
        } catch (caught) {
          expect(caught).to.equal(thrown);
        }
        expect(seen()).to.equal(1);
      });
    });

    law("passes this and arguments on, and the result back", () => {
      expect(manager.with(value(1), add, self, 1, 2)).to.equal(13);
      expect(manager.with(value(1), (...args: number[]) => args, undefined, 1, 2)).to.deep.equal([1, 2]);
    });

    for (const [way, later] of Object.entries(LATER)) {
      law(`is seen by what runs later through ${way}`, async () => {
        const answer = await runIn(1, () => new Promise((resolve) => void later(() => resolve(seen()))));
        expect(answer).to.equal(1);
      });
    }

    law("does not leak out of an async function into its caller", async () => {
      await runIn(1, async () => {
        const inner = runIn(2, async () => {
          await sleep(1);
          return seen();
        });
        expect(seen()).to.equal(1);
        expect(await inner).to.equal(2);
        expect(seen()).to.equal(1);
      });
    });

    law("restores the outer context after a rejection", async () => {
      await runIn(1, async () => {
        await runIn(2, () => Promise.reject(new Error("on purpose"))).catch(() => {});
        expect(seen()).to.equal(1);
      });
    });

    law("is seen by a generator at each step, whoever asks for it", async () => {
      const result: unknown[] = [];
      await runIn(1, async () => {
        for await (const step of steps(seen)) result.push(step);
      });
      expect(result).to.deep.equal([1, 1]);
    });

    law("never mixes up many operations that interleave", async () => {
      const ids = Array.from({ length: 500 }, (_, id) => id);
      const right = await Promise.all(ids.map((id) => runIn(id, () => isAlwaysRight(id))));
      expect(right.filter((each) => !each)).to.deep.equal([]);
    });

    law("lets go of a context when all that ran in it is over", async () => {
      const kept: WeakRef<object>[] = [];
      for (let each = 0; each < 50; each += 1) {
        const held = { each };
        kept.push(new WeakRef(held));
        await runIn(held, () => immediate());
      }
      await collectGarbage();
      expect(kept.filter((ref) => ref.deref() !== undefined).length).to.be.lessThan(10);
    });

    async function isAlwaysRight(id: number): Promise<boolean> {
      for (let step = 0; step < 5; step += 1) {
        await ((id * 7 + step * 3) % 4 === 0 ? immediate() : Promise.resolve());
        if (seen() !== id) return false;
        if (runIn(`${id}/${step}`, seen) !== `${id}/${step}`) return false;
      }
      return seen() === id;
    }

    bindingLaws();

    it("has no exception from a law that does not exist", () => {
      expect(Object.keys(exceptions).filter((title) => !laws.has(title))).to.deep.equal([]);
    });

    function bindingLaws(): void {
      law("binds a function to a context, wherever it is called", () => {
        const bound = manager.bind(value(1), seen);
        expect(bound()).to.equal(1);
        expect(runIn(2, () => [bound(), seen()])).to.deep.equal([1, 2]);
      });

      law("keeps this, arguments, result, length and errors of a bound function", () => {
        const bound = manager.bind(value(1), add);
        expect(bound.call(self, 1, 2)).to.equal(13);
        expect(bound.length).to.equal(2);
        expect(() => bound.call(self, 1, 0)).to.throw(RangeError, "b");
        expect(seen()).to.equal(undefined);
      });

      law("binds an emitter: listeners see the context, whoever emits", () => {
        const emitter = new EventEmitter();
        const trail: unknown[] = [];
        expect(manager.bind(value(1), emitter)).to.equal(emitter);
        emitter.on("event", (...args: unknown[]) => trail.push(seen(), ...args));
        emitter.once("event", () => trail.push("once", seen()));
        runIn(2, () => emitter.emit("event", "a", "b"));
        expect(trail).to.deep.equal([1, "a", "b", "once", 1]);
        emitter.emit("event");
        expect(trail.slice(5)).to.deep.equal([1]);
      });

      law("leaves to a bound emitter all else that emitters do", () => {
        const emitter = manager.bind(value(1), new EventEmitter());
        let calls = 0;
        const listener = (): void => void (calls += 1);
        emitter.on("event", listener);
        expect(emitter.listenerCount("event")).to.equal(1);
        emitter.off("event", listener);
        emitter.addListener("event", listener);
        emitter.removeAllListeners("event");
        expect(emitter.emit("event")).to.equal(false);
        expect(calls).to.equal(0);
        expect(() => emitter.emit("error", new RangeError("unheard"))).to.throw(RangeError, "unheard");
        expect(seen()).to.equal(undefined);
      });

      law("binds an emitter for the first context that asks, and calls each listener once", () => {
        const emitter = new EventEmitter();
        for (const n of [1, 2, 3]) manager.bind(value(n), emitter);
        const trail: unknown[] = [];
        emitter.on("event", () => trail.push(seen()));
        emitter.emit("event");
        expect(trail).to.deep.equal([1]);
      });

      law("still emits after an emitter was bound ten thousand times", () => {
        const emitter = new EventEmitter();
        for (let n = 0; n < 10_000; n += 1) manager.bind(value(n), emitter);
        let calls = 0;
        emitter.on("event", () => (calls += 1));
        emitter.emit("event");
        expect(calls).to.equal(1);
      });

      law("gives back what can be bound to nothing", () => {
        const object = {};
        for (const target of [object, null, undefined, 5, "text"]) {
          expect(manager.bind(value(1), target)).to.equal(target);
        }
      });
    }
  });
}

/** It must be an assertion that fails: any other error would say nothing of the law. */
async function expectFailure(proof: () => void | Promise<void>): Promise<void> {
  let failure: unknown = "none: the law is kept";
  try {
    await proof();
  } catch (thrown) {
    failure = thrown;
  }
  expect(failure).to.be.instanceOf(AssertionError);
}

async function collectGarbage(): Promise<void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 3; round += 1) {
    await immediate();
    collect();
  }
}
