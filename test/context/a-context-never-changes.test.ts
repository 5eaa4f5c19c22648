import { createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { capture } from "../../src/context/current.ts";
import { recording } from "../recording.ts";

const A = createContextKey("a");
const B = createContextKey("b");
const SPAN = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });

describe("Context", () => {
  it("never changes: setting, deleting and activating make another one", () => {
    const before = new Context().setValue(A, 1);
    before.setValue(A, 2);
    before.setValue(B, 2);
    before.deleteValue(A);
    before.withSpan(SPAN, undefined);
    trace.setSpan(before, SPAN);
    expect([before.getValue(A), before.getValue(B)]).to.deep.equal([1, undefined]);
    expect(before.span).to.equal(undefined);
    expect(before.providers).to.equal(undefined);
  });

  it("hands all that it holds down to those derived from it", () => {
    const { providers } = recording();
    const derived = trace.setSpan(new Context(undefined, providers).setValue(A, 1), SPAN).setValue(B, 2);
    expect([derived.getValue(A), derived.getValue(B)]).to.deep.equal([1, 2]);
    expect(trace.getSpan(derived)).to.equal(SPAN);
    expect((derived as Context).span).to.equal(SPAN);
    expect((derived as Context).providers).to.equal(providers);
  });

  it("has no span once it was deleted", () => {
    const context = trace.deleteSpan(trace.setSpan(new Context(), SPAN));
    expect(trace.getSpan(context)).to.equal(undefined);
    expect((context as Context).span).to.equal(undefined);
  });

  it("reads the keys of a foreign context through it, under those of its own", () => {
    const context = capture(trace.setSpan(ROOT_CONTEXT.setValue(A, 1).setValue(B, 2), SPAN)).setValue(B, 3);
    expect([context.getValue(A), context.getValue(B)]).to.deep.equal([1, 3]);
    expect(context.span).to.equal(SPAN);
    expect(context.deleteValue(A).getValue(A)).to.equal(undefined);
    expect(trace.getSpan(trace.deleteSpan(context))).to.equal(undefined);
  });

  it("tells a key that was set to undefined or null from nothing", () => {
    const context = capture(ROOT_CONTEXT.setValue(A, 1)).setValue(A, undefined).setValue(B, null);
    expect([context.getValue(A), context.getValue(B)]).to.deep.equal([undefined, null]);
  });
});
