import {
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
import { Context as OurContext } from "../context/context.ts";
import { capture, currentContext, runWithSpan } from "../context/current.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { hrTime } from "../core/clock.ts";
import { describe, report } from "../core/diagnostics.ts";
import { type Ids, SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { decide, flagged } from "./decide.ts";
import { NON_RECORDING } from "./non-recording.ts";
import { copySpanContext } from "./span-context.ts";
import { Span, spanName, type SpanStart } from "./span.ts";
import type { TracingSetup } from "./tracing-setup.ts";
import { UnsampledSpan } from "./unsampled-span.ts";

/** Says that the trace id's right-most 7 bytes are random, as ours are.  (W3C Trace Context Level 2, 3.2.2.5.2) */
const RANDOM = 0x02;

const NO_OPTIONS: SpanOptions = {};

/** Makes spans for one instrumentation scope.  (Specification: Trace API, Tracer; Trace SDK, Span Creation) */
export class Tracer implements ApiTracer {
  readonly #instrumentationScope: InstrumentationScope;
  readonly #setup: TracingSetup;

  constructor(instrumentationScope: InstrumentationScope, setup: TracingSetup) {
    this.#instrumentationScope = instrumentationScope;
    this.#setup = setup;
  }

  /** The parent comes from `context` alone. Never throws. */
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
    return runWithSpan(span, capture(parent), callWith, fn) as ReturnType<Call>;
  }

  #start(name: string, options: SpanOptions, context: Context): ApiSpan {
    if (isTracingSuppressed(context)) return NON_RECORDING;
    const setup = this.#setup;
    const parentContext = options.root === true ? trace.deleteSpan(context) : context;
    const parent = spanOf(parentContext);
    const kind = kindOf(options.kind);
    let start = startOf(parent, setup);
    let { attributes } = options;
    let isRecorded = (start.traceFlags & TraceFlags.SAMPLED) !== 0;
    if (setup.ownSampler !== undefined) {
      isRecorded = setup.ownSampler.isSampled(start);
      start = { ...start, traceFlags: flagged(start.traceFlags, isRecorded) };
    } else if (setup.sampler !== undefined) {
      ({ start, isRecorded, attributes } = decide(setup.sampler, start, {
        name,
        kind,
        options,
        context: parentContext,
      }));
    }
    if (!isRecorded)
      return new UnsampledSpan(start.traceId, setup.ids.spanId(), start.traceFlags, start.traceState);
    const span = new Span(name, kind, start, this.#instrumentationScope, setup);
    if (attributes !== undefined) span.setAttributes(attributes);
    if (options.links !== undefined) span.addLinks(options.links);
    const startTime = options.startTime === undefined ? undefined : hrTime(options.startTime);
    if (startTime !== undefined) span.startAt(startTime);
    setup.processors?.onStart(span.under(spanContextOf(parent)), parentContext);
    return span;
  }
}

function callWith<Result>(span: ApiSpan, fn: (span: ApiSpan) => Result): Result {
  return fn(span);
}

/** HOT. */
function spanOf(context: Context): ApiSpan | undefined {
  return OurContext.isOurs(context) ? context.span : trace.getSpan(context);
}

/** The context to start from: the active one where none is given, or none that can be read. */
function contextOrActive(context: Context | undefined): Context {
  try {
    if (context !== undefined) {
      spanOf(context);
      return context;
    }
  } catch {
    report("invalid_argument", "a span was started from what is no context; the active one was taken");
  }
  return currentContext();
}

function startOf(parent: ApiSpan | undefined, { ids }: TracingSetup): SpanStart {
  if (parent instanceof Span) return childOfOurs(parent, parent.localRoot);
  if (parent instanceof UnsampledSpan) return childOfOurs(parent, undefined);
  const context = spanContextOf(parent);
  return context === undefined ? root(ids) : childOf(context);
}

function childOfOurs(parent: Span | UnsampledSpan, localRoot: Span | undefined): SpanStart {
  return {
    traceId: parent.traceId,
    parentSpanId: parent.spanId,
    isParentRemote: false,
    traceState: parent.inheritedState,
    traceFlags: parent.traceFlags,
    localRoot,
  };
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

function root(ids: Ids): SpanStart {
  return {
    traceId: ids.traceId(),
    parentSpanId: undefined,
    isParentRemote: undefined,
    traceState: undefined,
    traceFlags: ids.isRandom ? TraceFlags.SAMPLED | RANDOM : TraceFlags.SAMPLED,
    localRoot: undefined,
  };
}

function childOf(context: SpanContext): SpanStart {
  return {
    traceId: TraceId.fromHex(context.traceId.toLowerCase()),
    parentSpanId: SpanId.fromHex(context.spanId.toLowerCase()),
    isParentRemote: context.isRemote === true,
    traceState: context.traceState,
    traceFlags: context.traceFlags,
    localRoot: undefined,
  };
}
