import { type Context, createContextKey, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { scope } from "../../src/context/open-scope.ts";

const manager = new ThroughlineContextManager();
const user = new ContextVariable<string>("user");
const foreign = ROOT_CONTEXT.setValue(createContextKey("theirs"), 1);

const baggage = (value: string) => propagation.createBaggage({ tier: { value } });
const tier = () => propagation.getBaggage(currentContext())?.getEntry("tier")?.value;

/** What the API's users hand to `with`, and what may come of a mistake. */
const ENTERED: Record<string, () => Context> = {
  "the active context": () => manager.active(),
  "one derived from it": () => manager.active().setValue(createContextKey("ours"), 1),
  "one derived from ROOT_CONTEXT": () => foreign,
  "what is no context": () => ({}) as Context,
};

describe("a context that is entered", () => {
  it("shows what was set after it was captured, and keeps what is set in it", () => {
    const captured = scope(() => {
      const context = manager.active();
      user.set("later");
      return context;
    });
    expect(manager.with(captured, () => user.get())).to.equal("later");
    manager.with(captured, () => user.set("in there"));
    expect(manager.with(captured, () => user.get())).to.equal("in there");
    expect(user.tryGet()).to.equal(undefined);
  });

  it("captured in another's context shows what was set around that one later", () => {
    scope(() => {
      const captured = manager.with(foreign, () => manager.active());
      user.set("later");
      expect(manager.with(captured, () => user.get())).to.equal("later");
    });
  });

  for (const [what, context] of Object.entries(ENTERED)) {
    it(`takes a value that is seen around it, also after an await: ${what}`, async () => {
      await scope(async () => {
        await manager.with(context(), async () => {
          await sleep(1);
          user.set("set inside");
        });
        expect(user.get()).to.equal("set inside");
      });
    });

    it(`takes a value where no scope is around it, and shows it nowhere else: ${what}`, () => {
      const enter = (value?: string): string | undefined =>
        manager.with(context(), () => {
          if (value !== undefined) user.set(value);
          return user.tryGet();
        });
      expect([enter("set inside"), enter(), user.tryGet()]).to.deep.equal([
        "set inside",
        undefined,
        undefined,
      ]);
    });
  }

  it("takes a value that is not seen around it where it is ROOT_CONTEXT", () => {
    scope(() => {
      user.set("outer");
      const inside = manager.with(ROOT_CONTEXT, () => {
        const before = user.tryGet();
        user.set("inner");
        return [before, user.get()];
      });
      expect([...inside, user.get()]).to.deep.equal([undefined, "inner", "outer"]);
    });
  });

  it("that is not ours brings its own baggage", () => {
    scope(() =>
      manager.with(propagation.setBaggage(manager.active(), baggage("ours")), () => {
        const theirs = propagation.setBaggage(ROOT_CONTEXT, baggage("theirs"));
        expect([tier(), manager.with(theirs, tier), tier()]).to.deep.equal(["ours", "theirs", "ours"]);
      }),
    );
  });
});
