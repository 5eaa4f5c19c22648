import {
  context as contextApi,
  type Context,
  isSpanContextValid,
  type Span as ApiSpan,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer as ApiTracer,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "../context/suppression.ts";
import { setAttributes } from "../core/attributes.ts";
import { clockForNewTrace, hrTime } from "../core/clock.ts";
import { describe, report } from "../core/diagnostics.ts";
import { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { copySpanContext } from "./copy-span-context.ts";
import { NON_RECORDING } from "./non-recording.ts";
import type { SpanSink } from "./record.ts";
import { Span, spanName, type SpanStart } from "./span.ts";

/** Says that the trace id's right-most 7 bytes are random, as ours are.  (W3C Trace Context Level 2, 3.2.2.5.2) */
const RANDOM = 0x02;

const NO_OPTIONS: SpanOptions = {};

/** Makes spans for one instrumentation scope.  (Specification: Trace API, Tracer; Trace SDK, Span Creation) */
export class Tracer implements ApiTracer {
  readonly #instrumentationScope: InstrumentationScope;
  readonly #sink: SpanSink;

  constructor(instrumentationScope: InstrumentationScope, sink: SpanSink) {
    this.#instrumentationScope = instrumentationScope;
    this.#sink = sink;
  }

  /** The parent comes from `context` alone. Sampled like the parent; a root is always sampled. Never throws. */
  startSpan(name: string, options?: SpanOptions, context?: Context): ApiSpan {
    const parent = contextOrActive(context);
    try {
      return this.#start(spanName(name), options ?? NO_OPTIONS, parent);
    } catch (thrown) {
      report(
        "invalid_argument",
        `the options of span ${describe(name)} could not be read (${describe(thrown)})`,
      );
      return this.#start(spanName(name), NO_OPTIONS, parent);
    }
  }

  startActiveSpan<Call extends (span: ApiSpan) => unknown>(name: string, fn: Call): ReturnType<Call>;
  startActiveSpan<Call extends (span: ApiSpan) => unknown>(
    name: string,
    options: SpanOptions,
    fn: Call,
  ): ReturnType<Call>;
  startActiveSpan<Call extends (span: ApiSpan) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: Call,
  ): ReturnType<Call>;
  startActiveSpan<Call extends (span: ApiSpan) => unknown>(
    name: string,
    ...rest: [Call] | [SpanOptions, Call] | [SpanOptions, Context, Call]
  ): ReturnType<Call> {
    const fn = rest.at(-1) as Call;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : NO_OPTIONS;
    const parent = contextOrActive(rest.length > 2 ? (rest[1] as Context) : undefined);
    const span = this.startSpan(name, options, parent);
    return contextApi.with(
      trace.setSpan(parent, span),
      fn as (span: ApiSpan) => ReturnType<Call>,
      undefined,
      span,
    );
  }

  #start(name: string, options: SpanOptions, context: Context): ApiSpan {
    if (isTracingSuppressed(context)) return NON_RECORDING;
    const parent = options.root === true ? undefined : trace.getSpan(context);
    const start = startOf(parent);
    if ((start.traceFlags & TraceFlags.SAMPLED) === 0) return notSampled(start);
    const span = new Span(name, kindOf(options.kind), start, this.#instrumentationScope, this.#sink);
    if (options !== NO_OPTIONS) apply(options, span);
    return span;
  }
}

/** The context to start from: the active one where none is given, or none that can be read. */
function contextOrActive(context: Context | undefined): Context {
  try {
    if (context !== undefined) {
      trace.getSpan(context);
      return context;
    }
  } catch {
    report("invalid_argument", "a span was started from what is no context; the active one was taken");
  }
  return contextApi.active();
}

function startOf(parent: ApiSpan | undefined): SpanStart {
  if (parent instanceof Span) {
    return {
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      isParentRemote: false,
      traceState: parent.inheritedState,
      traceFlags: parent.traceFlags,
      clock: parent.clock,
    };
  }
  const context = spanContextOf(parent);
  return context === undefined ? root() : childOf(context);
}

/** One of the five kinds; INTERNAL stands for whatever is none. */
function kindOf(kind: unknown): SpanKind {
  if (kind === undefined) return SpanKind.INTERNAL;
  if (typeof kind === "number" && SpanKind[kind] !== undefined) return kind;
  report("invalid_argument", "a span was given a kind that is none of SpanKind; it is INTERNAL");
  return SpanKind.INTERNAL;
}

/** The parent's context if it is valid; its fields may be getters of its class, so they are read here, once. */
function spanContextOf(parent: ApiSpan | undefined): SpanContext | undefined {
  try {
    const context = parent?.spanContext();
    return context !== undefined && isSpanContextValid(context) ? copySpanContext(context) : undefined;
  } catch {
    return undefined;
  }
}

function root(): SpanStart {
  return {
    traceId: TraceId.random(),
    parentSpanId: undefined,
    isParentRemote: undefined,
    traceState: undefined,
    traceFlags: TraceFlags.SAMPLED | RANDOM,
    clock: clockForNewTrace(),
  };
}

function childOf(context: SpanContext): SpanStart {
  return {
    traceId: TraceId.fromHex(context.traceId.toLowerCase()),
    parentSpanId: SpanId.fromHex(context.spanId.toLowerCase()),
    isParentRemote: context.isRemote === true,
    traceState: context.traceState,
    traceFlags: context.traceFlags,
    clock: clockForNewTrace(),
  };
}

/** Not recorded, but with an id of its own that is passed on.  (Trace SDK: "a new span id, independently of the decision") */
function notSampled({ traceId, traceState, traceFlags }: SpanStart): ApiSpan {
  return trace.wrapSpanContext({
    traceId: traceId.hex,
    spanId: SpanId.random().hex,
    traceFlags,
    ...(traceState === undefined ? {} : { traceState }),
  });
}

function apply(options: SpanOptions, span: Span): void {
  if (options.attributes !== undefined) {
    span.droppedAttributesCount += setAttributes(span.attributes, options.attributes);
  }
  if (options.links !== undefined) span.addLinks(options.links);
  const startTime = options.startTime === undefined ? undefined : hrTime(options.startTime);
  if (startTime !== undefined) span.startAt(startTime);
}
