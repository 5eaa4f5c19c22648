import { type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import type { ReadableSpan } from "../../src/trace/record.ts";
import { alwaysOff } from "../../src/trace/sampler.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import type { StartedSpan } from "../../src/trace/started-span.ts";
import { activeSpan, annotate } from "../../src/trace/active-span.ts";
import { recording } from "../recording.ts";
import { EMPTY, REMOTE } from "./traced.ts";

/** What test doubles and other libraries make of a span. */
const WRAPPERS: Record<string, <Wrapped extends object>(span: Wrapped) => Wrapped> = {
  "a proxy": (span) => new Proxy(span, {}),
  "a proxy that reads the span itself": (span) =>
    new Proxy(span, { get: (target, key): unknown => Reflect.get(target, key, target) }),
  "an object that inherits from it": (span) => Object.create(span) as typeof span,
};

const readable = (span: Span): ReadableSpan => span as unknown as ReadableSpan;

for (const [what, wrap] of Object.entries(WRAPPERS)) {
  describe(`through ${what} a span`, () => {
    it("is changed, read and ended, and the sink gets what it has become", () => {
      const { spans, providers } = recording();
      const tracer = providers.tracerProvider.getTracer("library");
      const span = wrap(tracer.startSpan("span", { attributes: { a: 1 } }, EMPTY));
      span.setAttribute("b", 2).setAttributes({ c: 3 }).addEvent("event").addLink({ context: REMOTE });
      span
        .addLinks([{ context: REMOTE }])
        .updateName("renamed")
        .recordException(new Error("e"));
      span.setStatus({ code: SpanStatusCode.ERROR, message: "m" });
      expect(readable(span).attributes).to.deep.equal({ a: 1, b: 2, c: 3 });
      expect(readable(span).status).to.deep.equal({ code: SpanStatusCode.ERROR, message: "m" });
      expect(readable(span).duration).to.deep.equal([-1, -1]);
      expect(span.isRecording()).to.equal(true);
      const { traceId, spanId } = span.spanContext();
      span.end();
      expect([span.isRecording(), readable(span).ended]).to.deep.equal([false, true]);
      expect(spans).to.have.lengthOf(1);
      expect(spans[0]).to.deep.include({
        traceId,
        spanId,
        name: "renamed",
        attributes: { a: 1, b: 2, c: 3 },
      });
      expect(spans[0]?.events.map(({ name }) => name)).to.deep.equal(["event", "exception"]);
      expect(spans[0]?.links).to.have.lengthOf(2);
      expect(spans[0]?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: "m" });
    });

    it("is seen by processors, and is the parent of spans", () => {
      const seen: string[] = [];
      const noting: SpanProcessor = {
        onStart: () => {},
        onEnding: (span) => void span.setAttribute("ending", true),
        onEnd: ({ name, attributes }) => void seen.push(`${name} ${JSON.stringify(attributes)}`),
        forceFlush: async () => {},
        shutdown: async () => {},
      };
      const { spans, providers } = recording(undefined, { processors: [noting] });
      const tracer = providers.tracerProvider.getTracer("library");
      const parent = wrap(tracer.startSpan("parent", {}, EMPTY));
      tracer.startSpan("child", {}, trace.setSpan(EMPTY, parent)).end();
      parent.end();
      expect(seen).to.deep.equal(['child {"ending":true}', 'parent {"ending":true}']);
      const [child, outer] = spans;
      expect(child).to.include({
        parentSpanId: outer?.spanId,
        traceId: outer?.traceId,
        isParentRemote: false,
      });
    });

    it("is active in run, and ends with its block", () => {
      const { spans, providers } = recording();
      const tracer = providers.tracerProvider.getTracer("library");
      runIn(new Context(undefined, providers), () => {
        using span = wrap(tracer.startSpan("span", {}, EMPTY) as StartedSpan);
        span.run(() => {
          expect(activeSpan()).to.equal(span);
          annotate({ a: 1 });
        });
      });
      expect(spans.map(({ attributes }) => attributes)).to.deep.equal([{ a: 1 }]);
    });

    it("that was not sampled has its span context, and records nothing", () => {
      const { spans, providers } = recording(undefined, { sampler: alwaysOff() });
      const unsampled = providers.tracerProvider.getTracer("library").startSpan("span", {}, EMPTY);
      const span = wrap(unsampled);
      expect(span.spanContext()).to.deep.equal(unsampled.spanContext());
      expect(span.setAttribute("a", 1).isRecording()).to.equal(false);
      span.end();
      expect(spans).to.deep.equal([]);
    });
  });
}
