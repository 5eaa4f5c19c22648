import type { Attributes, SpanOptions } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { runIn } from "../../src/context/current.ts";
import { scope } from "../../src/context/open-scope.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { counter, gauge } from "../../src/metrics/accessors.ts";
import type { Sampler } from "../../src/trace/sampler.ts";
import { startSpan, withSpan } from "../../src/trace/span-helpers.ts";
import { Metering } from "../metrics/metering.ts";
import { program } from "../processes/spawned.ts";
import { record, recording } from "../recording.ts";
import { silently } from "../stderr.ts";

const tenant = new ContextVariable<unknown>("tenant", { attribute: "tenant.id" });
const plan = new ContextVariable<string>("plan", { attribute: "tenant.plan" });

function spans(run: () => void): Attributes[] {
  return record((own) => {
    run();
    return own.spans.map(({ attributes }) => attributes as Attributes);
  });
}

describe("a context variable with an attribute", () => {
  it("stamps each span that starts under its value, and no other", () => {
    const attributes = spans(() => {
      tenant.run("acme", () => withSpan("outer", () => plan.run("free", () => startSpan("inner").end())));
      withSpan("beside", () => {});
    });
    expect(attributes).to.deep.equal([
      { "tenant.id": "acme", "tenant.plan": "free" },
      { "tenant.id": "acme" },
      {},
    ]);
  });

  // In a process of its own, where it stamps everything.
  it("stamps its default where nothing was set, as get() gives it", async () => {
    const { output, errors } = await program(`
      import { ContextVariable, start, withSpan } from "throughline";
      const onEnd = ({ attributes }) => console.log(JSON.stringify(attributes));
      start({ exporter: "none", processors: [{ onStart() {}, onEnd, async forceFlush() {}, async shutdown() {} }] });
      const plan = new ContextVariable("plan", { attribute: "tenant.plan", defaultValue: "free" });
      withSpan("outside", () => {});
      plan.run("paid", () => withSpan("within", () => {}));
    `);
    expect([output, errors]).to.deep.equal(['{"tenant.plan":"free"}\n{"tenant.plan":"paid"}\n', ""]);
  });

  it("yields to what a span is given itself", () => {
    const [first] = spans(() =>
      tenant.run("acme", () => withSpan("own", { attributes: { "tenant.id": "other" } }, () => {})),
    );
    expect(first).to.include({ "tenant.id": "other" });
  });

  it("is seen by the sampler", () => {
    const seen: Attributes[] = [];
    const sampler = {
      shouldSample: (...asked: Parameters<Sampler["shouldSample"]>) => {
        seen.push({ ...asked[4] });
        return { decision: 2 };
      },
    };
    const own = recording(undefined, { sampler });
    runIn(new Context(undefined, own.providers), () =>
      tenant.run("acme", () => withSpan("asked", { attributes: { own: 1 } }, () => {})),
    );
    const all = { "tenant.id": "acme", own: 1 };
    expect(seen).to.deep.equal([all]);
    expect(own.spans.map(({ attributes }) => attributes)).to.deep.equal([all]);
  });

  it("stamps spans of another SDK's provider that our helpers make", () => {
    const memory = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
    const { providers } = recording();
    runIn(new Context(undefined, { ...providers, tracerProvider }), () =>
      tenant.run("acme", () => withSpan("official", { attributes: { own: 1 } } as SpanOptions, () => {})),
    );
    expect(memory.getFinishedSpans().map(({ attributes }) => attributes)).to.deep.equal([
      { "tenant.id": "acme", own: 1 },
    ]);
  });

  it("stamps measurements of instruments that list its key, and of no other", async () => {
    const listed = counter("stamped.listed", { attributeKeys: ["tenant.id", "kind"] });
    const unlisted = counter("stamped.unlisted", { attributeKeys: ["kind"] });
    const anything = counter("stamped.anything");
    const bound = gauge("stamped.bound", { attributeKeys: ["tenant.id", "tenant.plan"] }).bind({});
    const metering = new Metering();
    metering.run(() =>
      tenant.run("acme", () => {
        listed.add(1, { kind: "a" });
        listed.add(10, { "tenant.id": "other" });
        for (const each of [unlisted, anything]) each.add(1, { kind: "a" });
        bound.record(3);
      }),
    );
    metering.run(() => listed.add(100));
    expect(await metering.points("stamped.listed")).to.deep.equal([
      [{ "tenant.id": "acme", kind: "a" }, 1],
      [{ "tenant.id": "other" }, 10],
      [{}, 100],
    ]);
    for (const name of ["stamped.unlisted", "stamped.anything"])
      expect(await metering.points(name)).to.deep.equal([[{ kind: "a" }, 1]]);
    expect(await metering.points("stamped.bound")).to.deep.equal([[{ "tenant.id": "acme" }, 3]]);
  });

  it("of an instrument that was used before the variable was made is stamped, too", async () => {
    const early = counter("stamped.early", { attributeKeys: ["late.key"] });
    const metering = new Metering().run(() => early.add(1));
    const late = new ContextVariable<number>("late", { attribute: "late.key" });
    metering.run(() => late.run(5, () => early.add(10)));
    expect(await metering.points("stamped.early")).to.deep.equal([
      [{}, 1],
      [{ "late.key": 5 }, 10],
    ]);
  });

  it("whose value is no attribute stamps nothing, and is reported", async () => {
    const listed = counter("stamped.odd", { attributeKeys: ["tenant.id"] });
    const metering = new Metering();
    const before = troubles().invalid_attribute ?? 0;
    silently(() => {
      metering.run(() => tenant.run(new Date(), () => listed.add(1)));
      const [attributes] = spans(() =>
        tenant.run(
          () => {},
          () => withSpan("odd", () => {}),
        ),
      );
      expect(attributes).to.deep.equal({});
    });
    expect(await metering.points("stamped.odd")).to.deep.equal([[{}, 1]]);
    expect(troubles().invalid_attribute).to.equal(before + 2);
  });

  it("stamps nothing in an operation that is not under it", async () => {
    const found = await record(async (own) => {
      await Promise.all(
        ["a", "b", "c"].map((id) =>
          scope(async () => {
            tenant.set(id);
            await withSpan(`of ${id}`, async () => new Promise(setImmediate));
          }),
        ),
      );
      return own.spans.map(({ name, attributes }) => [name, attributes["tenant.id"]]);
    });
    expect(found.toSorted()).to.deep.equal(["a", "b", "c"].map((id) => [`of ${id}`, id]));
  });

  for (const attribute of ["", 5, null, {}]) {
    it(`given ${JSON.stringify(attribute)} as its key reports it, and works without`, () => {
      const before = troubles().invalid_argument ?? 0;
      silently(() => {
        const odd = new ContextVariable<number>("odd", { attribute: attribute as string });
        expect(odd.run(5, () => odd.get())).to.equal(5);
      });
      expect(troubles().invalid_argument).to.equal(before + 1);
    });
  }
});
