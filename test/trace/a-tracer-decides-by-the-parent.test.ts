import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  trace,
} from "@opentelemetry/api";
import { expect } from "chai";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import type { ReadableSpan } from "../../src/trace/record.ts";
import { alwaysOn, type Sampler, SamplingDecision } from "../../src/trace/sampler.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record, recording } from "../recording.ts";
import { EMPTY, one, recorded, REMOTE, under } from "./traced.ts";

/** A time in nanoseconds. */
const at = ([seconds, nanoseconds]: readonly [number, number] = [0, 0]): bigint =>
  BigInt(seconds) * 10n ** 9n + BigInt(nanoseconds);

describe("a root span", () => {
  it("has a trace of its own, no parent, and is sampled", () => {
    const [first, second] = recorded((tracer) => {
      for (const name of ["first", "second"]) tracer.startSpan(name, {}, EMPTY).end();
    });
    expect(first).to.include({ parentSpanId: undefined, isParentRemote: undefined, traceState: "" });
    expect(first?.traceId).not.to.equal(second?.traceId);
    expect((first?.traceFlags ?? 0) & 1).to.equal(1);
  });

  it("says that its trace id is random", () => {
    expect((one()?.traceFlags ?? 0) & 2).to.equal(2);
  });

  it("is what the root option makes, whatever the parent", () => {
    const root = one(
      { root: true },
      under({ ...REMOTE, traceFlags: 0, traceState: createTraceState("a=1") }),
    );
    expect(root).to.include({ parentSpanId: undefined, traceState: "" });
    expect(root?.traceId).not.to.equal(REMOTE.traceId);
  });

  it("comes of a parent whose span context is invalid", () => {
    for (const invalid of [{ traceId: "0".repeat(32) }, { spanId: "0".repeat(16) }, { traceId: "xyz" }]) {
      const root = one({}, under({ ...REMOTE, ...invalid }));
      expect(root?.parentSpanId).to.equal(undefined);
      expect(root?.traceId)
        .to.match(/^[\da-f]{32}$/)
        .and.not.to.equal(REMOTE.traceId);
    }
  });

  it("is of the kind internal, starts now, and has nothing else, unless told otherwise", () => {
    const before = Date.now();
    const root = one();
    expect(root).to.deep.include({ kind: SpanKind.INTERNAL, attributes: {}, links: [], scope: "library" });
    expect(root?.start[0]).to.be.within(Math.floor(before / 1000) - 1, Date.now() / 1000 + 1);
  });

  for (const kind of [7, -1, 1.5, NaN, "CLIENT", "2", null, {}, Symbol("kind")] as unknown[]) {
    it(`is of the kind internal where it was given one that is none, which is reported: ${String(kind)}`, () => {
      const before = troubles().invalid_argument ?? 0;
      expect(one({ kind } as SpanOptions)?.kind).to.equal(SpanKind.INTERNAL);
      expect(troubles().invalid_argument).to.equal(before + 1);
    });
  }

  it("is of each of the five kinds where it was given that", () => {
    const before = troubles();
    expect([0, 1, 2, 3, 4].map((kind) => one({ kind })?.kind)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(troubles()).to.deep.equal(before);
  });

  it("has the kind, attributes, links and start time of its options", () => {
    const options: SpanOptions = {
      kind: SpanKind.PRODUCER,
      attributes: { a: [1] },
      links: [{ context: REMOTE, attributes: { b: 2 } }],
      startTime: [5, 6],
    };
    expect(one(options)).to.deep.include({
      kind: SpanKind.PRODUCER,
      attributes: { a: [1] },
      links: [{ traceId: REMOTE.traceId, spanId: REMOTE.spanId, attributes: { b: 2 } }],
      start: [5, 6],
    });
  });
});

describe("a child span", () => {
  it("has the trace, flags and tracestate of its parent, and an id of its own", () => {
    const [child, parent] = recorded((tracer) => {
      const outer = tracer.startSpan("parent", {}, EMPTY);
      tracer.startSpan("child", {}, under(outer)).end();
      outer.end();
    });
    expect(child).to.include({
      traceId: parent?.traceId,
      parentSpanId: parent?.spanId,
      isParentRemote: false,
    });
    expect(child?.traceFlags).to.equal(parent?.traceFlags);
    expect(child?.spanId).not.to.equal(parent?.spanId);
  });

  it("may begin after its parent ended", () => {
    const [parent, child] = recorded((tracer) => {
      const outer = tracer.startSpan("parent", {}, EMPTY);
      outer.end();
      tracer.startSpan("child", {}, under(outer)).end();
    });
    expect(child?.parentSpanId).to.equal(parent?.spanId);
  });

  it("never starts before its parent", () => {
    const [child, parent] = recorded((tracer) => {
      const outer = tracer.startSpan("parent", {}, EMPTY);
      tracer.startSpan("child", {}, under(outer)).end();
      outer.end();
    });
    expect(at(child?.start) >= at(parent?.start)).to.equal(true);
    expect(at(child?.end) <= at(parent?.end)).to.equal(true);
  });

  it("continues a remote parent with its flags and tracestate, and hands them on", () => {
    const traceState = createTraceState("vendor=1,other=2");
    const [child, grandchild] = recorded((tracer) => {
      const outer = tracer.startSpan("child", {}, under({ ...REMOTE, traceFlags: 3, traceState }));
      expect(outer.spanContext()).to.deep.include({ traceId: REMOTE.traceId, traceFlags: 3, traceState });
      expect(outer.spanContext().isRemote ?? false).to.equal(false);
      outer.end();
      tracer.startSpan("grandchild", {}, under(outer)).end();
    });
    expect(child).to.include({
      traceId: REMOTE.traceId,
      parentSpanId: REMOTE.spanId,
      isParentRemote: true,
      traceFlags: 3,
    });
    expect(child?.traceState).to.equal("vendor=1,other=2");
    expect(grandchild).to.include({ isParentRemote: false, traceFlags: 3, traceState: "vendor=1,other=2" });
  });

  it("knows a parent of this process by another SDK as local", () => {
    const { isRemote: _, ...local } = REMOTE;
    expect(one({}, under(local))?.isParentRemote).to.equal(false);
  });

  it("has lowercase ids, even if its parent's were not", () => {
    const child = one({}, under({ ...REMOTE, traceId: "A".repeat(32), spanId: "B".repeat(16) }));
    expect([child?.traceId, child?.parentSpanId]).to.deep.equal(["a".repeat(32), "b".repeat(16)]);
  });

  it("of an unsampled parent records nothing, and propagates a new span id", () => {
    const traceState = createTraceState("vendor=1");
    const ended = recorded((tracer) => {
      const span = tracer.startSpan("span", {}, under({ ...REMOTE, traceFlags: 2, traceState }));
      expect(span.isRecording()).to.equal(false);
      expect(span.spanContext()).to.deep.include({ traceId: REMOTE.traceId, traceFlags: 2, traceState });
      expect(span.spanContext().spanId)
        .to.match(/^[\da-f]{16}$/)
        .and.not.to.equal(REMOTE.spanId);
      tracer.startSpan("child", {}, under(span)).end();
      span.end();
    });
    expect(ended).to.deep.equal([]);
  });
});

/** The parent as a span of that sampler knows it, and the span's own context. */
function parentAndChild(sampler: Sampler, context: Context): (SpanContext | undefined)[] {
  const { tracerProvider } = recording(undefined, { sampler }).providers;
  const span = tracerProvider.getTracer("library").startSpan("span", {}, context);
  return [(span as unknown as ReadableSpan).parentSpanContext, span.spanContext()];
}

describe("the parent of a recorded span", () => {
  const UNSAMPLED = { ...REMOTE, traceFlags: 2, traceState: createTraceState("parent=1") };
  const changing: Sampler = {
    shouldSample: () => ({
      decision: SamplingDecision.RECORD_AND_SAMPLED,
      traceState: createTraceState("sampler=1"),
    }),
  };

  it("is known with its own flags where a sampler of ours decided otherwise", () => {
    const [parent, child] = parentAndChild(alwaysOn(), under(UNSAMPLED));
    expect(parent).to.deep.equal(UNSAMPLED);
    expect(child).to.deep.include({ traceFlags: 3, traceState: UNSAMPLED.traceState });
  });

  it("is known with its own flags and tracestate where another sampler changed both", () => {
    const [parent, child] = parentAndChild(changing, under(UNSAMPLED));
    expect(parent).to.deep.equal(UNSAMPLED);
    expect([child?.traceFlags, child?.traceState?.serialize()]).to.deep.equal([3, "sampler=1"]);
  });

  it("is known with its own tracestate where it is one of ours that another sampler changed", () => {
    const { tracerProvider } = recording(undefined, { sampler: changing }).providers;
    const parent = tracerProvider.getTracer("library").startSpan("parent", {}, under(UNSAMPLED));
    const [known] = parentAndChild(alwaysOn(), under(parent));
    expect(known).to.deep.equal(parent.spanContext());
  });

  for (const [sampler, flags] of [
    [undefined, 0],
    [alwaysOn(), 1],
    [changing, 1],
  ] as const) {
    it(`may have no flags, which count as 0: below ${sampler === undefined ? "it" : "it a sampled span"} has ${flags}`, () => {
      const { tracerProvider } = recording(undefined, { sampler }).providers;
      const { traceFlags: _, ...without } = REMOTE;
      const context = under(without as SpanContext);
      const span = tracerProvider.getTracer("library").startSpan("span", {}, context);
      expect(span.spanContext().traceFlags).to.equal(flags);
      if (span.isRecording())
        expect((span as unknown as ReadableSpan).parentSpanContext?.traceFlags).to.equal(0);
    });
  }

  it("is none where it is a revoked proxy, and the span is a root, not the active one's child", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const [span] = record(({ providers, spans }) => {
      withSpan("active", () => {
        const tracer = providers.tracerProvider.getTracer("library");
        tracer.startSpan("span", {}, trace.setSpan(ROOT_CONTEXT, proxy as Span)).end();
      });
      return spans;
    });
    expect(span).to.include({ name: "span", parentSpanId: undefined });
  });
});

describe("a suppressed context", () => {
  it("gives a span that records nothing and has no valid ids, root or not", () => {
    const ended = recorded((tracer) => {
      for (const context of [SUPPRESSED, trace.setSpan(SUPPRESSED, trace.wrapSpanContext(REMOTE))]) {
        for (const root of [true, false]) {
          const span = tracer.startSpan("span", { root }, context);
          expect(span.isRecording()).to.equal(false);
          expect(trace.isSpanContextValid(span.spanContext())).to.equal(false);
          span.end();
        }
      }
    });
    expect(ended).to.deep.equal([]);
  });
});
