import {
  type Context,
  createTraceState,
  type HrTime,
  ROOT_CONTEXT,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { NodeTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import * as fc from "fast-check";
import { recording, type RecordedSpan } from "../recording.ts";
import { anyProgram, type Program, run } from "./span-programs.ts";

/*
 * The same programs on both SDKs. What is not compared, and why:
 * - ids: random; compared as the number of the span in its program
 * - times that no one gave: read from each SDK's own clock; what must hold for them is compared instead
 * - trace flags: the official SDK keeps of a parent's flags only "sampled"; W3C wants "random" to be carried
 * - which of more than 128 events or links are kept: the specification leaves it open (official: the last, we: the
 *   first); programs stay below
 * - attributes that are undefined: the official SDK keeps the key in events and links, where it means nothing
 * - exceptions that are no Error, have a `code` or an empty message: the official SDK writes the code for the type
 *   and leaves out what is empty; programs have none
 * - a time as a number: the official SDK corrects readings of performance.now() by a clock of its own; epoch
 *   milliseconds have a test of their own below
 */
interface Comparable {
  readonly span: number;
  readonly parent: number | "remote" | undefined;
  readonly name: string;
  readonly kind: number;
  readonly trace: number | "remote";
  readonly traceState: string;
  readonly start: HrTime | "now";
  readonly end: HrTime | "now";
  readonly isForward: boolean;
  readonly attributes: object;
  readonly events: readonly object[];
  readonly links: readonly object[];
  readonly status: object;
  readonly dropped: object;
  readonly library: string;
}

const REMOTE = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1, isRemote: true };
const BEGAN = Math.floor(Date.now() / 1000);

describe("our TracerProvider and the official one", () => {
  it("make the same spans of the same program", () => {
    fc.assert(
      fc.property(anyProgram, (program) => agree(program)),
      { numRuns: 300 },
    );
  });

  it("make the same spans under a remote parent with a tracestate", () => {
    const remote = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, traceState: createTraceState("a=1,b=2") });
    fc.assert(fc.property(anyProgram, (program) => agree(program, remote)));
  });

  it("record nothing under a remote parent that is not sampled, but roots", () => {
    const remote = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, traceFlags: 0 });
    fc.assert(fc.property(anyProgram, (program) => agree(program, remote)));
  });

  it("keep the same 128 attributes", () => {
    const attributes = Object.fromEntries(Array.from({ length: 130 }, (_, each) => [`key ${each}`, each]));
    const acts = [{ do: "setAttribute", key: "key 0", value: "changed" } as const];
    agree({ name: "span", kind: undefined, root: false, attributes, startTime: undefined, acts, ends: true });
  });

  it("read milliseconds since the epoch alike, before and after the start of the process", () => {
    const milliseconds = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2100) });
    fc.assert(
      fc.property(milliseconds, fc.nat({ max: 1_000_000 }), (startTime, duration) => {
        const use = (tracer: Tracer) =>
          tracer.startSpan("span", { startTime }, ROOT_CONTEXT).end(startTime + duration);
        const [[ours], [theirs]] = [endedByOurs(use), endedByTheirs(use)];
        expect([ours?.start, ours?.end]).to.deep.equal([theirs?.startTime, theirs?.endTime]);
      }),
    );
  });
});

function agree(program: Program, parent?: Context): void {
  let ourIds: string[] = [];
  let theirIds: string[] = [];
  const ours = endedByOurs((tracer) => (ourIds = run(program, tracer, parent)));
  const theirs = endedByTheirs((tracer) => (theirIds = run(program, tracer, parent)));
  expect(comparableOfOurs(ours, ourIds)).to.deep.equal(comparableOfTheirs(theirs, theirIds));
}

function endedByOurs(use: (tracer: Tracer) => unknown): readonly RecordedSpan[] {
  const { spans, providers } = recording();
  use(providers.tracerProvider.getTracer("library", "1.0.0"));
  return spans;
}

function endedByTheirs(use: (tracer: Tracer) => unknown): readonly ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  const onEnd = (span: ReadableSpan): void => void spans.push(span);
  const provider = new NodeTracerProvider({
    spanProcessors: [{ onStart: () => {}, onEnd, forceFlush: async () => {}, shutdown: async () => {} }],
  });
  use(provider.getTracer("library", "1.0.0"));
  return spans;
}

function comparableOfOurs(ended: readonly RecordedSpan[], ids: readonly string[]): Comparable[] {
  return ended.map((span) => ({
    ...common(span, ids, ended),
    parent: numberOf(span.parentSpanId, ids),
    traceState: span.traceState,
    ...times(span.start as HrTime, span.end as HrTime),
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      time: given(time as HrTime),
      attributes: defined(attributes),
    })),
    links: span.links.map(({ spanId, attributes }) => ({
      target: numberOf(spanId, ids),
      attributes: defined(attributes),
    })),
    status: span.status,
    dropped: span.dropped,
    library: span.scope,
  }));
}

function comparableOfTheirs(ended: readonly ReadableSpan[], ids: readonly string[]): Comparable[] {
  const traces = ended.map((span) => ({
    ...span.spanContext(),
    parentSpanId: span.parentSpanContext?.spanId,
  }));
  return ended.map((span) => ({
    ...common(
      { ...span.spanContext(), name: span.name, kind: span.kind, attributes: span.attributes },
      ids,
      traces,
    ),
    parent: numberOf(span.parentSpanContext?.spanId, ids),
    traceState: span.spanContext().traceState?.serialize() ?? "",
    ...times(span.startTime, span.endTime),
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      time: given(time),
      attributes: defined(attributes),
    })),
    links: span.links.map(({ context, attributes = {} }) => ({
      target: numberOf(context.spanId, ids),
      attributes: defined(attributes),
    })),
    status: { code: span.status.code, message: span.status.message ?? "" },
    dropped: {
      attributes: span.droppedAttributesCount,
      events: span.droppedEventsCount,
      links: span.droppedLinksCount,
    },
    library: span.instrumentationScope.name,
  }));
}

interface Identified {
  readonly spanId: string;
  readonly traceId: string;
}

function common(
  span: Identified & { readonly name: string; readonly kind: number; readonly attributes: object },
  ids: readonly string[],
  all: readonly Identified[],
): Pick<Comparable, "span" | "name" | "kind" | "trace" | "attributes"> {
  const first = all.findIndex(({ traceId }) => traceId === span.traceId);
  return {
    span: ids.indexOf(span.spanId),
    name: span.name,
    kind: span.kind,
    trace: span.traceId === REMOTE.traceId ? "remote" : first,
    attributes: defined(span.attributes),
  };
}

function numberOf(spanId: string | undefined, ids: readonly string[]): number | "remote" | undefined {
  if (spanId === undefined) return undefined;
  return spanId === REMOTE.spanId ? "remote" : ids.indexOf(spanId);
}

/** A time that the program gave; one from a clock only says so. */
function given(time: HrTime): HrTime | "now" {
  return Math.abs(time[0] - BEGAN) < 60 ? "now" : [time[0], time[1]];
}

function times(start: HrTime, end: HrTime): Pick<Comparable, "start" | "end" | "isForward"> {
  const isForward = end[0] > start[0] || (end[0] === start[0] && end[1] >= start[1]);
  return { start: given(start), end: given(end), isForward };
}

function defined(attributes: object): object {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null),
  );
}
