import { expect } from "chai";
import * as fc from "fast-check";
import { EventEmitter } from "node:events";
import { Readable, Transform, Writable } from "node:stream";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { bind } from "../../src/context/bind.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { gather } from "../../src/context/gather.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";

/*
 * The model. What runs later runs in the scope of whoever started it, in that very cell and not in a copy:
 * - a timer, a tick, a microtask: of whoever set it
 * - a then-callback: of whoever called then, not of whoever settles the promise; the rest of a call that nobody awaits:
 *   of its caller; withSpan changes neither
 * - a listener: of whoever emits, not of whoever listens; of what is bound, a function, an emitter, a target or a
 *   stream: of whoever bound it, whoever calls it
 * - a stream's chunks: of whoever asked for them or wrote them
 * So it reads what was set last in that scope when it runs, by anyone in it, also when the function that opened the
 * scope has long returned; and what it sets is read there. Other scopes, inside, outside and beside, it never meets.
 */

const user = new ContextVariable<number>("user", { defaultValue: -1 });

const elsewhere = (act: () => unknown): unknown => emptyScope(() => setImmediate(act));
const settledElsewhere = (): Promise<void> => emptyScope(() => turn(undefined));
const through = (onChunk: () => void): Transform =>
  new Transform({
    transform(chunk, _encoding, done) {
      onChunk();
      done(null, chunk);
    },
  });

/** Each calls `later` once, and not before it has returned itself. */
const MEANS = {
  setTimeout: (later) => setTimeout(later),
  setImmediate: (later) => setImmediate(later),
  setInterval: (later) => {
    const timer = setInterval(() => {
      clearInterval(timer);
      later();
    });
  },
  nextTick: (later) => process.nextTick(later),
  queueMicrotask: (later) => queueMicrotask(later),
  "then, of a promise that is settled": (later) => Promise.resolve().then(later),
  "then, of a promise that is settled elsewhere": (later) => settledElsewhere().then(later),
  "finally, after catch": (later) =>
    settledElsewhere()
      .then(() => Promise.reject(new Error("no")))
      .catch(() => {})
      .finally(later),
  "a call that nobody awaits": async (later) => {
    await sleep(1);
    await settledElsewhere();
    later();
  },
  "a span that nobody awaits": (later) =>
    withSpan("later", async () => {
      await turn();
      later();
    }),
  "a listener from elsewhere, of an emitter that emits here": (later) => {
    const emitter = new EventEmitter();
    emptyScope(() => emitter.once("done", later));
    setImmediate(() => emitter.emit("done"));
  },
  "a listener of an emitter that is bound here": (later) => {
    const emitter = bind(new EventEmitter());
    emptyScope(() => emitter.once("done", later));
    elsewhere(() => emitter.emit("done"));
  },
  "a listener of a target that is bound here": (later) => {
    const target = bind(new EventTarget());
    emptyScope(() => target.addEventListener("done", later));
    elsewhere(() => target.dispatchEvent(new Event("done")));
  },
  "a function that is bound here": (later) => elsewhere(bind(later)),
  "the data of a Readable": (later) => Readable.from(["chunk"]).on("data", later),
  "the data of a Readable that waits for its source": (later) => {
    const readable = new Readable({
      read() {
        setTimeout(() => readable.push("chunk") && readable.push(null));
      },
    });
    readable.once("data", later);
  },
  "the data of a Readable that is bound here and filled elsewhere": (later) => {
    const readable = bind(new Readable({ read() {} }));
    readable.once("data", later);
    elsewhere(() => readable.push("chunk"));
  },
  "the end of a Readable": (later) => Readable.from(["chunk"]).on("end", later).resume(),
  "a Readable that is iterated": async (later) => {
    for await (const chunk of Readable.from(["chunk"])) expect(chunk).to.equal("chunk");
    later();
  },
  "a Transform that is written to": (later) => {
    const transform = through(later);
    setImmediate(() => transform.end("chunk"));
  },
  "a Transform in a pipe": (later) => Readable.from(["chunk"]).pipe(through(later)).resume(),
  "the data of a Transform": (later) =>
    Readable.from(["chunk"])
      .pipe(through(() => {}))
      .on("data", later),
  "the end of a Writable": (later) =>
    new Writable({ write: (_chunk, _encoding, done) => setImmediate(() => done()) }).end("chunk", later),
} satisfies Record<string, (later: () => void) => unknown>;

type Means = keyof typeof MEANS;
type Step =
  | readonly ["turn"]
  | readonly ["set" | "set in an awaited call" | "set in a scope inside", number]
  | readonly ["read later", Means]
  | readonly ["read and set later", Means, number];

const value = fc.nat(999);
const allMeans = Object.keys(MEANS) as Means[];
const means = fc.constantFrom(...allMeans);
const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant("turn")) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("set"), value) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom("set in an awaited call", "set in a scope inside"), value),
    },
    { weight: 4, arbitrary: fc.tuple(fc.constant("read later"), means) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("read and set later"), means, value) },
  ),
  { maxLength: 14, size: "max" },
);

interface Reading {
  readonly by: Means;
  readonly read: number;
  readonly lastSet: number;
}

/** Takes the steps in the current scope; gives what is read in it later. */
async function take(steps: readonly Step[]): Promise<Promise<Reading>[]> {
  const readings: Promise<Reading>[] = [];
  let lastSet = user.get();
  const set = (to: number): void => {
    user.set(to);
    lastSet = to;
  };
  const readLater = (by: Means, afterwards: () => void): Promise<Reading> =>
    new Promise((resolve) => {
      MEANS[by](() => {
        resolve({ by, read: user.get(), lastSet });
        afterwards();
      });
    });
  for (const step of steps) {
    switch (step[0]) {
      case "turn":
        await turn();
        break;
      case "set":
        set(step[1]);
        break;
      case "set in an awaited call":
        await (async () => {
          await turn();
          set(step[1]);
        })();
        break;
      case "set in a scope inside":
        await scope(() => turn(user.set(step[1])));
        break;
      case "read later":
        readings.push(readLater(step[1], () => {}));
        break;
      case "read and set later":
        readings.push(readLater(step[1], () => set(step[2])));
        break;
    }
  }
  return readings;
}

describe("what runs later", () => {
  for (const by of allMeans) {
    it(`reads what was set meanwhile: ${by}`, async () => {
      const readings = await scope(() =>
        take([
          ["set", 1],
          ["read later", by],
          ["set", 2],
        ]),
      );
      expect(await Promise.all(readings)).to.deep.equal([{ by, read: 2, lastSet: 2 }]);
    });
  }

  it("reads what was set last in the scope of whoever started it, however scopes interleave", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySteps, { minLength: 1, maxLength: 3 }), async (programs) => {
        await scope(async () => {
          user.set(-2);
          const begun = await gather(programs.map((steps) => () => take(steps)));
          const readings = await Promise.all(begun.flat());
          expect(readings.filter(({ read, lastSet }) => read !== lastSet)).to.deep.equal([]);
          expect(user.get()).to.equal(-2);
        });
      }),
      { numRuns: 200 },
    );
  });
});
