import {
  type Context,
  context as contextApi,
  createContextKey,
  createTraceState,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { AlwaysOffSampler, AlwaysOnSampler, SamplingDecision } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { parentBased } from "../../src/trace/parent-based.ts";
import { alwaysOn, type Sampler, type SamplingResult } from "../../src/trace/sampler.ts";
import { BUT_ANY_VALUE, INVALID, PARENT, processor, type Row, stage, VALID } from "./stage.ts";

const underParent = trace.setSpanContext(ROOT_CONTEXT, PARENT);

const sampling = (result: Partial<SamplingResult>): Sampler => ({
  shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED, ...result }),
});

/** Runs `use` where our context manager is the API's. */
function withManager(use: () => void): void {
  contextApi.disable();
  contextApi.setGlobalContextManager(new ThroughlineContextManager());
  try {
    use();
  } finally {
    contextApi.disable();
  }
}

/** What a sampler and a processor are asked with as a span starts. */
function contextsOf(root: boolean): { span: object; sampler: Context[]; started: (object | Context)[] } {
  const sampler: Context[] = [];
  const began: (object | Context)[] = [];
  const { start } = stage({
    sampler: {
      shouldSample: (context) => {
        sampler.push(context);
        return { decision: SamplingDecision.RECORD_AND_SAMPLED };
      },
    },
    processors: [processor({ onStart: (span, context) => void began.push(span, context) })],
  });
  return { span: start({ root }, underParent), sampler, started: began };
}

/** Whether a child of each kind of parent is recorded and sampled, and a root. */
export function decisions(sampler: Sampler | undefined): boolean[] {
  const { start } = stage({ sampler });
  const parents = [0, 1].flatMap((traceFlags) =>
    [true, false].map((isRemote) => trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, traceFlags, isRemote })),
  );
  return [ROOT_CONTEXT, ...parents].map((context) => {
    const span = start({}, context);
    const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
    return isSampled && span.isRecording();
  });
}

/** Of sdk-trace/test/common/Tracer.test.ts. */
export const TRACER: readonly Row[] = [
  [
    1,
    "a tracer starts spans, and starts them active",
    () => {
      const tracer = stage().provider.getTracer("tracer");
      expect([typeof tracer.startSpan, typeof tracer.startActiveSpan]).to.deep.equal([
        "function",
        "function",
      ]);
    },
  ],
  [
    2,
    "without a sampler a span goes the way of its parent, and a root is sampled",
    () => {
      expect(decisions(undefined)).to.deep.equal([true, false, false, true, true]);
      expect(decisions(parentBased({ root: alwaysOn() }))).to.deep.equal(decisions(undefined));
    },
  ],
  [
    3,
    "a span that a sampler does not record is not recording",
    () => expect(stage({ sampler: new AlwaysOffSampler() }).start().isRecording()).to.equal(false),
  ],
  [
    4,
    "a span that a sampler records is recording",
    () => expect(stage({ sampler: new AlwaysOnSampler() }).start().isRecording()).to.equal(true),
  ],
  [
    5,
    "a span starts with its sampler's attributes",
    () => {
      const { start } = stage({ sampler: sampling({ attributes: { by: "sampler", ...INVALID } }) });
      expect(start({ attributes: VALID }).attributes).to.deep.equal({ ...VALID, by: "sampler" });
    },
    BUT_ANY_VALUE,
  ],
  [
    6,
    "a span starts with its sampler's tracestate",
    () => {
      const traceState = createTraceState("a=1");
      expect(
        stage({ sampler: sampling({ traceState }) })
          .start()
          .spanContext().traceState,
      ).to.equal(traceState);
    },
  ],
  [
    7,
    "a tracer's spans name the scope that it was asked for",
    () => {
      expect(stage().start().instrumentationScope).to.include({ name: "stage", version: "1.0.0" });
    },
  ],
  [
    8,
    "a span in a suppressed context is not recording",
    () => {
      const { start, ended } = stage({ sampler: sampling({}) });
      const span = start({}, SUPPRESSED);
      expect(span.isRecording()).to.equal(false);
      span.end();
      expect(ended).to.deep.equal([]);
    },
  ],
  [
    9,
    "a span has the trace and the tracestate of its parent, and knows its id",
    () => {
      const traceState = createTraceState("a=1");
      const span = stage().start({}, trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, traceState }));
      expect(span.parentSpanContext?.spanId).to.equal(PARENT.spanId);
      expect(span.spanContext()).to.deep.include({ traceId: PARENT.traceId, traceState });
    },
  ],
  [
    10,
    "a parent without a valid trace id is none",
    () => {
      const invalid = { ...PARENT, traceId: "0".repeat(32) };
      expect(stage().start({}, trace.setSpanContext(ROOT_CONTEXT, invalid)).parentSpanContext).to.equal(
        undefined,
      );
    },
  ],
  [
    11,
    "sampler and processors see the context that a span starts in",
    () => {
      const { span, sampler, started } = contextsOf(false);
      expect([sampler, started]).to.deep.equal([[underParent], [span, underParent]]);
    },
  ],
  [
    12,
    "sampler and processors see a context without a parent where the span is a root",
    () => {
      const { sampler, started } = contextsOf(true);
      expect(trace.getSpan(sampler[0] ?? underParent)).to.equal(undefined);
      expect(trace.getSpan(started[1] as Context)).to.equal(undefined);
    },
  ],
  ...(["a function", "options and a function", "options, a context and a function"] as const).map(
    (what, place): Row => [
      13 + place,
      `a span is active within its function where it is started with ${what}`,
      () =>
        withManager(() => {
          const key = createContextKey("key");
          const tracer = stage().provider.getTracer("tracer");
          const fn = (span: object): unknown[] => [
            trace.getActiveSpan() === span,
            (span as { attributes: object }).attributes,
            contextApi.active().getValue(key),
          ];
          const options = { attributes: { a: 1 } };
          const given = contextApi.active().setValue(key, "value");
          const results = [
            () => tracer.startActiveSpan("span", fn),
            () => tracer.startActiveSpan("span", options, fn),
            () => tracer.startActiveSpan("span", options, given, fn),
          ].map((start) => start());
          expect(results[place]).to.deep.equal([
            true,
            place === 0 ? {} : { a: 1 },
            place === 2 ? "value" : undefined,
          ]);
        }),
    ],
  ),
  [
    16,
    "a sampler sees valid attributes, of the span and of its links",
    () => {
      const seen: unknown[] = [];
      const before = troubles().plugin_failed;
      const { start } = stage({
        sampler: {
          shouldSample: (_, __, ___, ____, attributes, links) => {
            seen.push(attributes, ...links.map((link) => link.attributes));
            return { decision: SamplingDecision.RECORD_AND_SAMPLED, attributes: { by: "sampler" } };
          },
        },
      });
      const attributes = { ...VALID, ...INVALID };
      const span = start({ attributes, links: [{ context: PARENT, attributes }] });
      expect(span.attributes).to.deep.equal({ ...VALID, by: "sampler" });
      expect(span.links.map((link) => link.attributes)).to.deep.equal([VALID]);
      expect(troubles().plugin_failed).to.equal(before);
      expect(seen).to.deep.equal([VALID, VALID]);
    },
    BUT_ANY_VALUE,
  ],
];
