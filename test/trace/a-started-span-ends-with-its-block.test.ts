import { context, trace, type Tracer, type TracerProvider } from "@opentelemetry/api";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import { scope } from "../../src/context/open-scope.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { alwaysOff } from "../../src/trace/sampler.ts";
import { startSpan, withSpan } from "../../src/trace/span-helpers.ts";
import { record, recording } from "../recording.ts";
import { REMOTE } from "./traced.ts";

/** Calls `fn` where spans come from that provider. */
function under<Result>(tracerProvider: TracerProvider, fn: () => Result): Result {
  return runIn(new Context(undefined, { ...recording().providers, tracerProvider }), fn);
}

function useAll(): string {
  using span = startSpan("silent");
  expect(span.isRecording()).to.equal(false);
  return span.run(() => "ran");
}

function fail(): never {
  throw new Error("another SDK's");
}

describe("startSpan", () => {
  it("makes a child of the active span, and is not active itself", () => {
    record(({ spans }) => {
      withSpan("outer", (outer) => {
        const span = startSpan("by hand", { attributes: { a: 1 } });
        expect(activeSpan()).to.equal(outer);
        span.end();
        expect(spans[0]).to.deep.include({
          name: "by hand",
          attributes: { a: 1 },
          parentSpanId: outer.spanContext().spanId,
        });
      });
    });
  });

  it("ends with its block, also where that throws", () => {
    record(({ spans }) => {
      const error = new Error("on purpose");
      expect(() => {
        using span = startSpan("block");
        expect(span.isRecording()).to.equal(true);
        throw error;
      }).to.throw(error);
      expect(spans.map(({ name }) => name)).to.deep.equal(["block"]);
    });
  });

  it("is active in run alone, with arguments passed, the result returned and the scope kept", async () => {
    const user = new ContextVariable<string>("user");
    await record(async ({ spans }) => {
      const span = startSpan("import");
      await scope(async () => {
        user.set("ann");
        const step = (...words: string[]): string => {
          expect(activeSpan().spanContext()).to.equal(span.spanContext());
          user.set("bob");
          return words.join(" ");
        };
        expect(span.run(step, "a", "b")).to.equal("a b");
        expect(user.get()).to.equal("bob");
        await span.run(async () => withSpan("child", () => {}));
      });
      expect(spans.map(({ name }) => name)).to.deep.equal(["child"]);
      expect(spans[0]?.parentSpanId).to.equal(span.spanContext().spanId);
      span.end();
    });
  });

  it("runs functions only", () => {
    record(() => {
      for (const span of [startSpan("ours"), under(new BasicTracerProvider(), () => startSpan("theirs"))])
        expect(() => span.run(5 as never))
          .to.throw()
          .with.property("code", "THR_NOT_A_FUNCTION");
    });
  });

  const silent: Record<string, () => unknown> = {
    "before start()": () => useAll(),
    "where tracing is suppressed": () => runIn(SUPPRESSED, useAll),
    "where it is not sampled": () =>
      runIn(new Context(undefined, recording(undefined, { sampler: alwaysOff() }).providers), useAll),
  };
  for (const [when, use] of Object.entries(silent)) {
    it(`gives a span that records nothing, with run and disposal, ${when}`, () => {
      expect(use()).to.equal("ran");
    });
  }

  it("gives another SDK's span itself, with run and disposal added", () => {
    under(new BasicTracerProvider(), () => {
      const span = startSpan("theirs");
      expect(span.constructor.name).to.equal("SpanImpl");
      expect(Object.keys(span)).not.to.include("run");
      span.run(() => expect(activeSpan()).to.equal(span));
      span[Symbol.dispose]();
      expect(span.isRecording()).to.equal(false);
    });
  });

  it("passes on another SDK's span that cannot be added to", () => {
    const frozen = Object.freeze(trace.getTracer("none").startSpan("frozen"));
    const provider: TracerProvider = { getTracer: () => ({ startSpan: () => frozen }) as unknown as Tracer };
    under(provider, () => {
      using span = startSpan("frozen");
      expect(span.spanContext()).to.equal(frozen.spanContext());
      expect(span.run(() => activeSpan())).to.equal(frozen);
      expect(trace.setSpan(context.active(), span)).not.to.equal(undefined);
    });
  });

  for (const method of ["spanContext", "isRecording", "setAttributes", "end"]) {
    it(`takes a span of another SDK without ${method} for none, and counts that`, () => {
      const { [method]: _, ...theirs } = {
        spanContext: () => REMOTE,
        isRecording: () => true,
        setAttributes: () => {},
        end: () => {},
      } as Record<string, unknown>;
      const provider = { getTracer: () => ({ startSpan: () => theirs }) } as unknown as TracerProvider;
      const before = troubles().plugin_failed ?? 0;
      under(provider, () => {
        expect(startSpan("theirs").setAttributes({ a: 1 }).isRecording()).to.equal(false);
        expect(withSpan("theirs", (span) => span.setAttributes({ a: 1 }).isRecording())).to.equal(false);
      });
      expect(troubles().plugin_failed).to.equal(before + 2);
    });
  }

  it("never throws, whatever another SDK does", () => {
    const before = troubles().plugin_failed ?? 0;
    const failing = { spanContext: fail, isRecording: fail, setAttributes: fail, setStatus: fail, end: fail };
    const providers = [
      { getTracer: fail },
      { getTracer: () => ({ startSpan: fail }) },
      { getTracer: () => ({ startSpan: () => ({ ...failing, recordException: fail }) }) },
    ];
    for (const provider of providers as unknown as TracerProvider[]) {
      under(provider, () => {
        startSpan("span")[Symbol.dispose]();
        expect(withSpan("span", () => 5)).to.equal(5);
        expect(() =>
          withSpan("span", () => {
            throw new RangeError("the host's own");
          }),
        ).to.throw(RangeError, "the host's own");
      });
    }
    expect((troubles().plugin_failed ?? 0) - before).to.be.greaterThan(5);
  });
});
