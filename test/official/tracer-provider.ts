import { createTraceState, ROOT_CONTEXT, type SpanContext, trace, TraceFlags } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOffSampler, AlwaysOnSampler } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/core/limits.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { PARENT, processor, type Row, stage, started } from "./stage.ts";

const TRACE_ID = /^(?!0+$)[\da-f]{32}$/;
const SPAN_ID = /^(?!0+$)[\da-f]{16}$/;

const under = (context: unknown) => trace.setSpanContext(ROOT_CONTEXT, context as SpanContext);

/** Of sdk-trace/test/common/TracerProvider.test.ts. */
export const TRACER_PROVIDER: readonly Row[] = [
  [
    1,
    "a provider needs nothing but a sink",
    () => {
      const provider = new TracerProvider({ sink: { accept: () => {} } });
      expect(provider.getTracer("a").startSpan("span").isRecording()).to.equal(true);
    },
  ],
  [
    2,
    "a provider without processors ends spans, flushes and shuts down without trouble",
    async () => {
      const before = troubles();
      const names: string[] = [];
      const provider = new TracerProvider({ sink: { accept: ({ name }) => void names.push(name) } });
      provider.getTracer("a").startSpan("span").end();
      await provider.forceFlush();
      await provider.shutdown();
      expect([names, troubles()]).to.deep.equal([["span"], before]);
    },
  ],
  [
    3,
    "a provider uses the processors that it was given, each",
    () => {
      const seen: string[] = [];
      const [first, second] = ["first", "second"].map((name) =>
        processor({ onEnd: () => void seen.push(name) }),
      );
      stage({ processors: [first ?? processor({}), second ?? processor({})] })
        .start()
        .end();
      expect(seen).to.deep.equal(["first", "second"]);
    },
  ],
  [
    4,
    "a provider uses the sampler that it was given",
    () => {
      const recording = [new AlwaysOnSampler(), new AlwaysOffSampler()].map((sampler) =>
        stage({ sampler }).start().isRecording(),
      );
      expect(recording).to.deep.equal([true, false]);
    },
  ],
  [
    5,
    "the limits are the specification's by default",
    () => {
      expect(DEFAULT_LIMITS).to.include({
        attributeValueLengthLimit: Infinity,
        attributeCountLimit: 128,
        eventCountLimit: 128,
        linkCountLimit: 128,
        attributePerEventCountLimit: 128,
        attributePerLinkCountLimit: 128,
      });
      const attributes = Object.fromEntries(Array.from({ length: 129 }, (_, each) => [`${each}`, each]));
      const links = Array.from({ length: 129 }, () => ({ context: PARENT, attributes }));
      const span = stage().start({ attributes, links });
      for (const { name } of links.map((_, each) => ({ name: `${each}` }))) span.addEvent(name, attributes);
      const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
      expect([droppedAttributesCount, droppedEventsCount, droppedLinksCount]).to.deep.equal([1, 1, 1]);
      expect([span.events[0], span.links[0]].map((each) => each?.droppedAttributesCount)).to.deep.equal([
        1, 1,
      ]);
    },
  ],
  [
    6,
    "a limit of attributes is that of the tracer's spans",
    () => {
      const span = started({ attributes: { a: 1, b: 2, c: 3 } }, { attributeCountLimit: 2 });
      expect(span.attributes).to.deep.equal({ a: 1, b: 2 });
    },
  ],
  [
    7,
    "a limit of a value's length is that of the tracer's spans",
    () => {
      const span = started({ attributes: { key: "abcdefghijkl" } }, { attributeValueLengthLimit: 10 });
      expect(span.attributes).to.deep.equal({ key: "abcdefghij" });
    },
  ],
  [
    8,
    "a negative length is no limit of the tracer's spans, and told of",
    () => {
      const before = troubles().invalid_configuration ?? 0;
      const span = started({ attributes: { key: "abc" } }, resolveLimits({ attributeValueLengthLimit: -10 }));
      expect(span.attributes).to.deep.equal({ key: "abc" });
      expect(troubles().invalid_configuration).to.equal(before + 1);
    },
  ],
  [9, "a span starts with a name", () => expect(stage().start().name).to.equal("span")],
  [
    10,
    "a span that is started with options has ids, and is sampled",
    () => {
      const { traceId, spanId, traceFlags, traceState } = stage().start({}).spanContext();
      expect(traceId).to.match(TRACE_ID);
      expect(spanId).to.match(SPAN_ID);
      expect([traceFlags & TraceFlags.SAMPLED, traceState]).to.deep.equal([TraceFlags.SAMPLED, undefined]);
    },
  ],
  ...[11, 12].map((at): Row => [
    at,
    `a span starts with attributes: ${at - 10}`,
    () => {
      const attributes = at === 11 ? { a: "a", b: "b" } : { b: "b", a: "a" };
      expect(Object.entries(stage().start({ attributes }).attributes)).to.deep.equal(
        Object.entries(attributes),
      );
    },
  ]),
  [
    13,
    "a span has the trace, the flags and the tracestate of a span context",
    () => {
      const traceState = createTraceState("a=1,b=2");
      const { spanId: _, ...context } = stage()
        .start({}, under({ ...PARENT, traceState }))
        .spanContext();
      expect(context).to.deep.equal({ traceId: PARENT.traceId, traceFlags: TraceFlags.SAMPLED, traceState });
    },
  ],
  [
    14,
    "a span has the trace and the flags of a parent span",
    () => {
      const { start } = stage();
      const parent = start();
      const { traceId, traceFlags } = parent.spanContext();
      expect(start({}, trace.setSpan(ROOT_CONTEXT, parent)).spanContext()).to.include({
        traceId,
        traceFlags,
      });
    },
  ],
  [
    15,
    "a root has a trace of its own, whatever its context",
    () => {
      const { start } = stage();
      const parent = start();
      const root = start({ root: true }, trace.setSpan(ROOT_CONTEXT, parent));
      expect(root.spanContext().traceId).not.to.equal(parent.spanContext().traceId);
      expect(root.parentSpanContext).to.equal(undefined);
    },
  ],
  [
    16,
    "a parent that is no span context is none",
    () => {
      const span = stage({ sampler: new AlwaysOnSampler() }).start({}, under("parent"));
      expect(span.parentSpanContext).to.equal(undefined);
      expect(span.spanContext().traceId).to.match(TRACE_ID);
    },
  ],
  [
    17,
    "a parent whose ids are invalid is none",
    () => {
      const { traceId, spanId, traceFlags } = stage()
        .start({}, under({ traceId: "0", spanId: "0", traceFlags: TraceFlags.SAMPLED }))
        .spanContext();
      expect(traceId).to.match(TRACE_ID);
      expect(spanId).to.match(SPAN_ID);
      expect(traceFlags & TraceFlags.SAMPLED).to.equal(TraceFlags.SAMPLED);
    },
  ],
  [
    18,
    "a span that is not sampled records nothing, and has ids to pass on",
    () => {
      const span = stage({ sampler: new AlwaysOffSampler() }).start();
      const { traceId, spanId, traceFlags, traceState } = span.spanContext();
      expect(traceId).to.match(TRACE_ID);
      expect(spanId).to.match(SPAN_ID);
      expect([span.isRecording(), traceFlags & TraceFlags.SAMPLED, traceState]).to.deep.equal([
        false,
        0,
        undefined,
      ]);
    },
  ],
  [
    19,
    "a span that is sampled records, and says so",
    () => {
      const span = stage({ sampler: new AlwaysOnSampler() }).start();
      expect(span.isRecording()).to.equal(true);
      expect(span.spanContext().traceFlags & TraceFlags.SAMPLED).to.equal(TraceFlags.SAMPLED);
    },
  ],
  [20, "a span has a resource", () => expect(stage().start().resource.attributes).to.deep.equal({})],
  [
    22,
    "a flush flushes each processor",
    async () => {
      const flushed: number[] = [];
      const [first, second] = [1, 2].map((each) =>
        processor({
          forceFlush: async () => {
            await turn();
            flushed.push(each);
          },
        }),
      );
      await stage({ processors: [first ?? processor({}), second ?? processor({})] }).provider.forceFlush();
      expect(flushed).to.deep.equal([1, 2]);
    },
  ],
  [
    28,
    "a span has the resource that the provider was given, itself",
    () => {
      const resource = resourceFromAttributes({ key: "value" });
      expect(stage({ resource }).start().resource).to.equal(resource);
    },
  ],
];
