import { INVALID_SPAN_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { activeSpan, annotate } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";

const throws = (): never => {
  throw new Error("on purpose");
};

describe("activeSpan", () => {
  it("is a span that records nothing where none is active", () => {
    expect(activeSpan().isRecording()).to.equal(false);
    expect(activeSpan().spanContext()).to.deep.include({ traceId: "0".repeat(32), spanId: "0".repeat(16) });
    expect(testTelemetry(activeSpan)().isRecording()).to.equal(false);
  });

  it(
    "is the innermost one that was opened around it",
    testTelemetry(async () => {
      await withSpan("outer", async (outer) => {
        withSpan("inner", (inner) => expect(activeSpan()).to.equal(inner));
        await Promise.resolve();
        expect(activeSpan()).to.equal(outer);
      });
    }),
  );
});

describe("annotate", () => {
  it(
    "sets attributes on the active span, and on no other",
    testTelemetry((t) => {
      withSpan("outer", () => {
        withSpan("inner", () => annotate({ a: 1, b: ["2"] }));
      });
      expect(t.spans.map(({ attributes }) => attributes)).to.deep.equal([{}, { a: 1, b: ["2"] }]);
    }),
  );

  it("costs the host nothing where the span is another SDK's and throws, and is counted", () => {
    const before = troubles().plugin_failed ?? 0;
    const theirs = Object.assign(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), { setAttributes: throws });
    runIn(new Context(theirs), () => annotate({ a: 1 }));
    expect(troubles().plugin_failed).to.equal(before + 1);
  });

  it("does nothing without one", () => {
    annotate({ a: 1 });
  });

  it(
    "never throws, and leaves out what is no attribute",
    testTelemetry((t) => {
      for (const nonsense of [null, undefined, 5, { a: () => {} }])
        withSpan("span", () => annotate(nonsense as never));
      expect(t.spans.map(({ attributes }) => attributes)).to.deep.equal([{}, {}, {}, {}]);
    }),
  );
});
