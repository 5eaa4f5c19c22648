import { propagation } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext, runIn } from "../../src/context/current.ts";
import { gather } from "../../src/context/gather.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

type Enter = <Result>(fn: () => Promise<Result>) => Promise<Result>;

const user = new ContextVariable<string>("user");
const other = new ContextVariable<string>("other");

/** All that opens a scope and begins with what is set around it. */
const WAYS: Record<string, Enter> = {
  "scope()": (fn) => scope(fn),
  "run() of another variable": (fn) => other.run("a value", fn),
  "each function given to gather()": async (fn) => (await gather([fn]))[0],
  "each run of a Snapshot": (fn) => new Snapshot().run(fn),
  "each call of what Snapshot.wrap() gave": (fn) => Snapshot.wrap(fn)(),
};

const openedScope = async () => currentContext().scope;
const tier = (): string | undefined => propagation.getBaggage(currentContext())?.getEntry("tier")?.value;

/** Calls `fn` where there are a span, baggage and a value, as there would be in a request. */
const inRequest = (fn: () => Promise<void>): Promise<string[]> =>
  record(async ({ spans }) => {
    await withSpan("request", () => {
      user.set("outer");
      const baggage = propagation.createBaggage({ tier: { value: "gold" } });
      return runIn(propagation.setBaggage(currentContext(), baggage), fn);
    });
    const request = spans.find(({ name }) => name === "request");
    return spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId).map(({ name }) => name);
  });

for (const [what, enter] of Object.entries(WAYS)) {
  describe(what, () => {
    it("opens one scope, in which what is set stays", async () => {
      await inRequest(async () => {
        const seen = await enter(async () => {
          const { scope: opened } = currentContext();
          const before = user.get();
          user.set("inner");
          await sleep(1);
          expect(currentContext().scope).to.equal(opened);
          return [before, user.get()];
        });
        expect([...seen, user.get()]).to.deep.equal(["outer", "inner", "outer"]);
      });
    });

    it("opens another one each time", async () => {
      await inRequest(async () => {
        const scopes = [currentContext().scope, await enter(openedScope), await enter(openedScope)];
        expect(new Set(scopes).size).to.equal(3);
      });
    });

    it("keeps span, baggage and where telemetry goes", async () => {
      const children = await inRequest(async () => {
        const { providers, span } = currentContext();
        await enter(async () => {
          expect(currentContext().providers).to.equal(providers);
          expect(currentContext().span).to.equal(span);
          expect(tier()).to.equal("gold");
          withSpan("inside", () => {});
        });
      });
      expect(children).to.deep.equal(["inside"]);
    });
  });
}

describe("emptyScope()", () => {
  it("lets go of baggage and span for its length, and no longer", async () => {
    const children = await inRequest(async () => {
      emptyScope(() => {
        expect([tier(), currentContext().span]).to.deep.equal([undefined, undefined]);
        withSpan("inside", () => {});
      });
      expect(tier()).to.equal("gold");
      withSpan("after", () => {});
    });
    expect(children).to.deep.equal(["after"]);
  });

  it("holds a scope of its own for what it starts, also after awaits", async () => {
    await inRequest(async () => {
      const seen = await emptyScope(async () => {
        await sleep(1);
        user.set("inner");
        await sleep(1);
        return user.get();
      });
      expect([seen, user.get()]).to.deep.equal(["inner", "outer"]);
    });
  });
});

describe("a span", () => {
  it("opens one where there is none, so that a callee sets the user for the rest of the operation", async () => {
    const authenticate = async (): Promise<void> => {
      await sleep(1);
      user.set("ann");
    };
    await withSpan("operation", async () => {
      await withSpan("authenticate", authenticate);
      expect(await withSpan("read", async () => user.get())).to.equal("ann");
    });
    expect(user.tryGet()).to.equal(undefined);
  });
});
