import { propagation } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext, runIn } from "../../src/context/current.ts";
import { gather } from "../../src/context/gather.ts";
import { clearScope, emptyScope, scope } from "../../src/context/open-scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import type { ThroughlineError } from "../../src/core/errors.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

const user = new ContextVariable<string | number>("user");
const role = new ContextVariable<string>("role", { defaultValue: "guest" });

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing was thrown";
};

const setAndRead = async (own: number): Promise<unknown[]> => {
  const first = user.get();
  user.set(own);
  await sleep(2);
  return [first, user.get()];
};

describe("a snapshot", () => {
  it("sees what was set when it was made, and nothing set later", () => {
    scope(() => {
      user.set("before");
      const snapshot = new Snapshot();
      user.set("after");
      expect(snapshot.run(() => user.get())).to.equal("before");
      expect(user.get()).to.equal("after");
    });
  });

  it("gives each run a scope of its own, also at once", async () => {
    const snapshot = scope(() => {
      user.set("shared");
      return new Snapshot();
    });
    const runs = await Promise.all([1, 2, 3].map((own) => snapshot.run(setAndRead, own)));
    expect(runs).to.deep.equal([
      ["shared", 1],
      ["shared", 2],
      ["shared", 3],
    ]);
    expect(snapshot.run(() => user.get())).to.equal("shared");
  });

  it("restores what was current after the run, and after a throw", () => {
    const snapshot = scope(() => new Snapshot());
    scope(() => {
      user.set("here");
      expect(() =>
        snapshot.run(() => {
          throw new Error("no");
        }),
      ).to.throw("no");
      expect(user.get()).to.equal("here");
    });
  });

  it("carries span and baggage", () => {
    record(() =>
      withSpan("outer", (span) => {
        const baggage = propagation.createBaggage({ tier: { value: "gold" } });
        const snapshot = runIn(propagation.setBaggage(currentContext(), baggage), () => new Snapshot());
        const seen = emptyScope(() =>
          snapshot.run(() => [activeSpan(), propagation.getBaggage(currentContext())]),
        );
        expect(seen).to.deep.equal([span, baggage]);
      }),
    );
  });

  it("wraps a function with its arguments, its this and its result", () => {
    const wrapped = scope(() => {
      user.set("wrapped");
      return Snapshot.wrap(function (this: { name: string }, more: string) {
        return `${this.name} ${user.get()} ${more}`;
      });
    });
    expect(wrapped.call({ name: "this" }, "more")).to.equal("this wrapped more");
  });

  it("made outside any scope begins with nothing", () => {
    expect(new Snapshot().run(() => [user.tryGet(), role.get()])).to.deep.equal([undefined, "guest"]);
  });
});

describe("gather", () => {
  it("keeps each worker's own value, and shows none outside", async () => {
    await scope(async () => {
      const work = (own: number) => async () => {
        user.set(own);
        await sleep(3 - own);
        return user.get();
      };
      expect(await gather([1, 2, 3].map(work))).to.deep.equal([1, 2, 3]);
      expect(user.tryGet()).to.equal(undefined);
    });
  });

  it("begins each with what is set here", async () => {
    await scope(async () => {
      user.set("outer");
      expect(await gather([() => user.get(), async () => user.get()])).to.deep.equal(["outer", "outer"]);
    });
  });

  it("rejects with what failed first, after all have settled", async () => {
    const done: string[] = [];
    const tasks = [
      async () => {
        await sleep(6);
        done.push("slow");
        throw new Error("later");
      },
      () => {
        throw new Error("first");
      },
      async () => {
        await sleep(8);
        done.push("slowest");
      },
    ];
    const outcome = await gather(tasks).then(
      () => "resolved",
      (error: unknown) => (error as Error).message,
    );
    expect([outcome, done]).to.deep.equal(["first", ["slow", "slowest"]]);
  });

  it("rejects what is no function, before it calls any", async () => {
    let calls = 0;
    const outcome = await gather([() => void calls++, Promise.resolve() as never]).catch(
      (error: unknown) => error as ThroughlineError,
    );
    expect(outcome).to.include({ code: "THR_NOT_A_FUNCTION" });
    expect((outcome as ThroughlineError).message).to.contain("a promise in place 1");
    expect(calls).to.equal(0);
  });

  it("rejects what cannot even be read", async () => {
    const { proxy, revoke } = Proxy.revocable<(() => number)[]>([], {});
    revoke();
    const outcome = await gather(proxy).catch((error: unknown) => error);
    expect(outcome).to.include({ code: "THR_NOT_A_FUNCTION" });
  });

  it("resolves with what each function's promise resolves with, by its types too", async () => {
    const [one, text, both]: [number, string, { a: 1 }] = await gather([
      async () => 1,
      () => "x",
      async () => ({ a: 1 }) as const,
    ]);
    const lengths: number[] = await gather(["a", "bc"].map((each) => async () => each.length));
    expect([one, text, both, lengths]).to.deep.equal([1, "x", { a: 1 }, [1, 2]]);
  });

  it("of nothing is nothing", async () => {
    expect(await gather([])).to.deep.equal([]);
  });
});

describe("an empty scope", () => {
  it("inherits no variable, span or baggage, and shows nothing outside", () => {
    record(() =>
      withSpan("outer", () => {
        user.set("outer");
        emptyScope(() => {
          expect([
            user.tryGet(),
            activeSpan().isRecording(),
            propagation.getBaggage(currentContext()),
          ]).to.deep.equal([undefined, false, undefined]);
          user.set("inner");
        });
        expect(user.get()).to.equal("outer");
      }),
    );
  });

  it("keeps where telemetry goes: what begins in it is a trace of its own", () => {
    const { spans } = record((own) => {
      withSpan("outer", () => emptyScope(() => withSpan("inner", () => {})));
      return own;
    });
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).to.deep.equal([
      ["inner", undefined],
      ["outer", undefined],
    ]);
  });

  it("is what clearing leaves, here and not in the scope around", () => {
    scope(() => {
      user.set("outer");
      scope(() => {
        clearScope();
        expect(user.tryGet()).to.equal(undefined);
      });
      expect(user.get()).to.equal("outer");
      clearScope();
      expect(user.tryGet()).to.equal(undefined);
    });
    clearScope();
  });

  it("runs functions only, and so does a snapshot", () => {
    for (const act of [
      () => emptyScope(5 as never),
      () => new Snapshot().run(5 as never),
      () => Snapshot.wrap(5 as never),
    ]) {
      expect(codeOf(act)).to.equal("THR_NOT_A_FUNCTION");
    }
  });
});
