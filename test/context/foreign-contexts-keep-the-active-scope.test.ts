import { type Context, createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext, runIn } from "../../src/context/current.ts";
import { Binding, Scope } from "../../src/context/scope.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

const KEY = createContextKey("a key");
const SPAN = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
const FOREIGN = trace.setSpan(ROOT_CONTEXT.setValue(KEY, "theirs"), SPAN);

describe("a context that is not ours", () => {
  it("contributes its span and keys, and keeps scope and providers", () => {
    record(({ providers }) => {
      const { scope } = currentContext();
      runIn(FOREIGN, () => {
        expect(currentContext().scope).to.equal(scope);
        expect(currentContext().providers).to.equal(providers);
        expect(currentContext().span).to.equal(SPAN);
        expect(currentContext().getValue(KEY)).to.equal("theirs");
      });
    });
  });

  it("takes the place of the keys and the span that were active", () => {
    record(() => {
      runIn(trace.setSpan(currentContext().setValue(KEY, "ours"), SPAN), () => {
        runIn(ROOT_CONTEXT.setValue(createContextKey("another"), 1), () => {
          expect(currentContext().getValue(KEY)).to.equal(undefined);
          expect(currentContext().span).to.equal(undefined);
        });
      });
    });
  });

  it("opens a scope where none is active", () => {
    expect(currentContext().scope).to.equal(undefined);
    const scopes = [FOREIGN, FOREIGN].map((context) => runIn(context, () => currentContext().scope));
    expect(scopes[0]).to.be.instanceOf(Scope);
    expect(scopes[0]).not.to.equal(scopes[1]);
    expect(currentContext().scope).to.equal(undefined);
  });
});

/** As that of another copy of the API is: as empty, and another. */
const OTHER_ROOT = ROOT_CONTEXT.setValue(KEY, 1).deleteValue(KEY);

const bindingOf = (value: unknown): Binding => new Binding(value, undefined, new Scope());

const insideOf = (root: Context) => runIn(root, currentContext);

for (const [what, root] of [
  ["ROOT_CONTEXT", ROOT_CONTEXT],
  ["the ROOT_CONTEXT of another copy of the API", OTHER_ROOT],
] as const) {
  describe(what, () => {
    it("opens a fresh, empty scope each time, and keeps the providers", () => {
      record(({ providers }) => {
        const binding = bindingOf("a value");
        currentContext().scope?.set(0, binding);
        expect(insideOf(root).scope?.get(0)).to.equal(undefined);
        expect(insideOf(root).scope).to.be.instanceOf(Scope).and.not.to.equal(insideOf(root).scope);
        expect(insideOf(root).providers).to.equal(providers);
        expect(currentContext().scope?.get(0)).to.equal(binding);
      });
    });

    it("has neither the span nor the keys that were active", () => {
      record(() => {
        runIn(trace.setSpan(currentContext().setValue(KEY, "ours"), SPAN), () => {
          expect(insideOf(root).span).to.equal(undefined);
          expect(insideOf(root).getValue(KEY)).to.equal(undefined);
        });
      });
    });
  });
}

describe("withSpan", () => {
  it("shares the scope that is active", () => {
    record(() => {
      const { scope } = currentContext();
      withSpan("outer", () => {
        expect(currentContext().scope).to.equal(scope);
        withSpan("inner", () => expect(currentContext().scope).to.equal(scope));
      });
    });
  });

  it("opens one where none is, which what it calls shares", async () => {
    expect(currentContext().scope).to.equal(undefined);
    await withSpan("outer", async () => {
      const { scope } = currentContext();
      expect(scope).to.be.instanceOf(Scope);
      await Promise.resolve();
      withSpan("inner", () => expect(currentContext().scope).to.equal(scope));
    });
    expect(currentContext().scope).to.equal(undefined);
  });
});

describe("Scope", () => {
  it("begins with what is set in the outer one, and shares nothing that is set later", () => {
    const outer = new Scope();
    outer.set(0, bindingOf("before"));
    const inner = new Scope(outer);
    inner.set(0, bindingOf("inner"));
    outer.set(1, bindingOf("outer"));
    expect([inner.get(0)?.value, inner.get(1)]).to.deep.equal(["inner", undefined]);
    expect([outer.get(0)?.value, outer.get(1)?.value]).to.deep.equal(["before", "outer"]);
  });

  it("tells a value of undefined from none", () => {
    const scope = new Scope();
    const binding = bindingOf(undefined);
    scope.set(1, binding);
    expect([scope.get(0), scope.get(1)]).to.deep.equal([undefined, binding]);
    scope.set(1, undefined);
    expect(scope.get(1)).to.equal(undefined);
  });
});
