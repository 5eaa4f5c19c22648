import { createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import nodeModule from "node:module";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { scope } from "../../src/context/open-scope.ts";
import { processState } from "../../src/context/process-state.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record, type RecordedSpan, recording } from "../recording.ts";
import { silently } from "../stderr.ts";

/** Node's own, newer than the types that the project builds with. */
interface Hooks {
  registerHooks(hooks: {
    resolve(
      specifier: string,
      context: { readonly parentURL?: string },
      next: (specifier: string, context: object) => { readonly url: string },
    ): { readonly url: string };
  }): { deregister(): void };
}

type Door = typeof import("../../src/context/context-variable.ts") &
  typeof import("../../src/context/open-scope.ts") &
  typeof import("../../src/context/snapshot.ts") &
  typeof import("../../src/trace/active-span.ts") &
  typeof import("../../src/trace/span-helpers.ts");

/** Another copy of the package: of these modules, and of every module of src that they import. */
async function copyOfThePackage(name: string): Promise<Door> {
  const hooks = (nodeModule as unknown as Hooks).registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const isCopied = context.parentURL?.endsWith(`?${name}`) === true && found.url.includes("/src/");
      return isCopied ? { ...found, url: `${found.url}?${name}` } : found;
    },
  });
  const load = async (file: string): Promise<Door> =>
    (await import(`${new URL(`../../src/${file}`, import.meta.url).href}?${name}`)) as Door;
  try {
    return {
      ...(await load("context/context-variable.ts")),
      ...(await load("context/open-scope.ts")),
      ...(await load("context/snapshot.ts")),
      ...(await load("trace/active-span.ts")),
      ...(await load("trace/span-helpers.ts")),
    };
  } finally {
    hooks.deregister();
  }
}

/** What is recorded where telemetry goes that no context says otherwise of. */
function recordEverywhere(fn: () => unknown): RecordedSpan[] {
  const { providers, spans } = recording();
  const former = processState.providers;
  processState.providers = providers;
  try {
    fn();
  } finally {
    processState.providers = former;
  }
  return spans;
}

describe("copies of the package in one process", () => {
  let theirs: Door;

  before(async () => {
    theirs = await copyOfThePackage("theirs");
  });

  it("are different: no class of one is that of another", () => {
    expect(theirs.ContextVariable).not.to.equal(ContextVariable);
    expect(theirs.Snapshot).not.to.equal(Snapshot);
  });

  it("keep their state under one name, which holds the major version", () => {
    const names = Object.getOwnPropertySymbols(globalThis).flatMap((key) => Symbol.keyFor(key) ?? []);
    expect(names.filter((name) => name.startsWith("throughline"))).to.satisfy((ours: string[]) =>
      ours.every((name) => name.startsWith("throughline.1.")),
    );
    expect(names).to.include("throughline.1.state");
  });

  it("never take one's variable for the other's, not even their first ones", async () => {
    const [one, two] = [await copyOfThePackage("one"), await copyOfThePackage("two")];
    const [a, b] = [new one.ContextVariable<string>("a"), new two.ContextVariable<string>("b")];
    scope(() => {
      a.set("in a");
      expect(b.tryGet()).to.equal(undefined);
      b.set("in b");
      expect([a.get(), b.get()]).to.deep.equal(["in a", "in b"]);
    });
  });

  it("open scopes within each other's, which begin with what is set there and keep what is set inside", () => {
    const a = new ContextVariable<string>("a");
    scope(() => {
      a.set("outer");
      const [before, inner] = theirs.scope(() => {
        const outer = a.get();
        a.set("inner");
        return [outer, a.get()];
      });
      const run = new theirs.ContextVariable<string>("b").run("b", () => a.get());
      expect([before, inner, run, a.get()]).to.deep.equal(["outer", "inner", "outer", "outer"]);
    });
  });

  it("take and clear what the other has set, by value", () => {
    const a = new ContextVariable<string>("a");
    scope(() => {
      a.set("before");
      const snapshot = new theirs.Snapshot();
      a.set("after");
      expect(snapshot.run(() => a.get())).to.equal("before");
      theirs.clearScope();
      expect(a.tryGet()).to.equal(undefined);
    });
  });

  it("share the scope and the span of a request", () => {
    record(() =>
      withSpan("ours", (ours) => {
        const { scope: shared } = currentContext();
        expect(theirs.activeSpan()).to.equal(ours);
        theirs.withSpan("theirs", (span) => {
          expect(currentContext().scope).to.equal(shared);
          expect(activeSpan()).to.equal(span);
          expect(span.spanContext().traceId).to.equal(ours.spanContext().traceId);
        });
      }),
    );
  });

  it("keep key and span of another's context that one makes active within a span of the other", () => {
    const key = createContextKey("key");
    const manager = new ThroughlineContextManager();
    const parent = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
    const spans = recordEverywhere(() => {
      theirs.withSpan("outermost", () => {
        manager.with(trace.setSpan(ROOT_CONTEXT.setValue(key, "kept"), parent), () => {
          expect(manager.active().getValue(key)).to.equal("kept");
          expect([activeSpan(), theirs.activeSpan()]).to.deep.equal([parent, parent]);
          withSpan("inside", () => {});
        });
      });
    });
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).to.deep.equal([
      ["inside", "2".repeat(16)],
      ["outermost", undefined],
    ]);
  });

  it("count troubles as one", () => {
    const before = troubles().invalid_argument ?? 0;
    silently(() => new theirs.ContextVariable("odd", { keeps: 7 as never }));
    expect((troubles().invalid_argument ?? 0) - before).to.equal(1);
  });

  it("tell a trouble of one kind once", async () => {
    const late = await copyOfThePackage("late");
    silently(() => new ContextVariable("odd", { keeps: 7 as never }));
    expect(silently(() => new late.ContextVariable("odd", { keeps: 7 as never }))).to.equal("");
  });

  it("tell an error that goes through spans of both once", () => {
    const { spans } = record((own) => {
      expect(() =>
        withSpan("outer", () =>
          theirs.withSpan("inner", () => {
            throw new Error("on purpose");
          }),
        ),
      ).to.throw("on purpose");
      return own;
    });
    expect(spans.map(({ name, events }) => [name, events.length])).to.deep.equal([
      ["inner", 1],
      ["outer", 0],
    ]);
  });
});
