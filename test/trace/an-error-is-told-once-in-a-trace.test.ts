import { type Context as ApiContext, type Span, trace, type TracerProvider } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "../../src/context/context.ts";
import { currentContext, runIn } from "../../src/context/current.ts";
import { suppressed } from "../../src/context/suppression.ts";
import { type Sampler, SamplingDecision } from "../../src/trace/sampler.ts";
import { startSpan, withSpan } from "../../src/trace/span-helpers.ts";
import { record, recording } from "../recording.ts";
import { caught, exceptions, rejected } from "./failures.ts";
import { REMOTE } from "./traced.ts";

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

const failWithin = (): never => {
  throw new Error("from within");
};

describe("an error", () => {
  it("that several traces share is told once in each of them", () => {
    const shared = new Error("shared");
    const { spans } = record((own) => {
      for (const _ of [1, 2])
        caught(() =>
          withSpan("outer", () =>
            withSpan("inner", () => {
              throw shared;
            }),
          ),
        );
      return own;
    });
    expect(spans.map((span) => [span.name, exceptions(span).length])).to.deep.equal([
      ["inner", 1],
      ["outer", 0],
      ["inner", 1],
      ["outer", 0],
    ]);
  });

  it("that passes through several spans marks each, and is told by the innermost alone", async () => {
    await record(async ({ spans }) => {
      const error = new Error("once");
      const promise = withSpan("outer", () =>
        withSpan("middle", () =>
          withSpan("inner", async () => {
            throw error;
          }),
        ),
      );
      expect((await rejected(promise))[0]).to.equal(error);
      expect(spans.map(({ name, status }) => [name, status.message])).to.deep.equal([
        ["inner", "once"],
        ["middle", "once"],
        ["outer", "once"],
      ]);
      expect(spans.map((span) => exceptions(span).length)).to.deep.equal([1, 0, 0]);
    });
  });

  it("that spans side by side both end with is told by each, and not by the one around them", async () => {
    await record(async ({ spans }) => {
      const shared = sleep(1).then(() => Promise.reject(new Error("shared")));
      await rejected(
        withSpan("outer", () =>
          Promise.all([withSpan("a", () => shared), withSpan("b", async () => void (await shared))]),
        ),
      );
      await shared.catch(() => {});
      const told = spans.map((span) => [span.name, exceptions(span)]);
      expect(told).to.have.deep.members([
        ["a", ["shared"]],
        ["b", ["shared"]],
        ["outer", []],
      ]);
    });
  });

  it("that was recorded by hand is told once, and still marks its span and those around it", () => {
    record(({ spans }) => {
      caught(() =>
        withSpan("outer", () =>
          withSpan("inner", (span) => {
            const error = new Error("by hand");
            span.recordException(error);
            throw error;
          }),
        ),
      );
      expect(spans.map((span) => [span.name, exceptions(span), span.status.message])).to.deep.equal([
        ["inner", ["by hand"], "by hand"],
        ["outer", [], "by hand"],
      ]);
    });
  });

  it("that was recorded by hand of a span below is told there alone", () => {
    record(({ spans }) => {
      caught(() =>
        withSpan("outer", () => {
          using below = startSpan("below");
          below.run(() => {
            const error = new Error("below");
            below.recordException(error);
            throw error;
          });
        }),
      );
      expect(spans.map((span) => [span.name, exceptions(span)])).to.deep.equal([
        ["below", ["below"]],
        ["outer", []],
      ]);
    });
  });

  it("that came too late for the span below is told by the one around it", () => {
    record(({ spans }) => {
      caught(() =>
        withSpan("outer", () => {
          const below = startSpan("below");
          below.end();
          const error = new Error("late");
          below.recordException(error);
          throw error;
        }),
      );
      expect(spans.map((span) => [span.name, exceptions(span)])).to.deep.equal([
        ["below", []],
        ["outer", ["late"]],
      ]);
    });
  });

  it("that was recorded where no span was active is told again where it is thrown", () => {
    record(({ spans }) => {
      const error = new Error("twice");
      using outer = startSpan("outer");
      outer.recordException(error);
      caught(() =>
        outer.run(() =>
          withSpan("inner", () => {
            throw error;
          }),
        ),
      );
      expect(spans.map((span) => [span.name, exceptions(span), span.status.message])).to.deep.equal([
        ["inner", ["twice"], "twice"],
      ]);
    });
  });

  it("that passes through spans of another SDK is told by the innermost alone", () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    runIn(new Context(undefined, { ...recording().providers, tracerProvider }), () =>
      caught(() => withSpan("outer", () => withSpan("inner", failWithin))),
    );
    expect(exporter.getFinishedSpans().map(({ name, events }) => [name, events.length])).to.deep.equal([
      ["inner", 1],
      ["outer", 0],
    ]);
  });

  it("that leaves a root for a span of another trace is told in both traces", () => {
    record(({ spans }) => {
      caught(() =>
        withSpan("outer", () =>
          withSpan("root", { root: true }, () => {
            throw new Error("both");
          }),
        ),
      );
      expect(spans.map((span) => [span.name, exceptions(span)])).to.deep.equal([
        ["root", ["both"]],
        ["outer", ["both"]],
      ]);
    });
  });

  const allButInner: Sampler = {
    shouldSample: (_, __, name) => ({ decision: name === "inner" ? NOT_RECORD : RECORD_AND_SAMPLED }),
  };
  /** A tracer whose spans record nothing, and go on with the trace. */
  const theirs = {
    startSpan: (_: string, __: unknown, context: ApiContext): Span =>
      trace.wrapSpanContext({ ...(trace.getSpanContext(context) ?? REMOTE), spanId: REMOTE.spanId }),
  };
  const NON_RECORDING: Record<string, (inner: () => never) => never> = {
    "was not sampled": (inner) => withSpan("inner", inner),
    "is suppressed": (inner) => runIn(suppressed(currentContext()), () => withSpan("inner", inner)),
    "is another SDK's": (inner) => {
      const { span, providers, scope, frame } = currentContext();
      const tracerProvider = { getTracer: () => theirs } as unknown as TracerProvider;
      const others = { ...(providers ?? recording().providers), tracerProvider };
      return runIn(new Context(span, others, scope, undefined, undefined, frame), () =>
        withSpan("inner", inner),
      );
    },
  };
  for (const [what, within] of Object.entries(NON_RECORDING)) {
    it(`that leaves a span which ${what} is told by the recorded one around it`, () => {
      const { spans, providers } = recording(undefined, { sampler: allButInner });
      runIn(new Context(undefined, providers), () =>
        caught(() => withSpan("outer", () => within(failWithin))),
      );
      expect(spans.map((span) => [span.name, exceptions(span), span.status.message])).to.deep.equal([
        ["outer", ["from within"], "from within"],
      ]);
    });
  }
});
