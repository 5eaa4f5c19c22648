import {
  type Context,
  isSpanContextValid,
  type Span as ApiSpan,
  type SpanContext,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer as ApiTracer,
} from "@opentelemetry/api";
import { contextAttributes } from "../context/attribute-variables.ts";
import { Context as OurContext } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { RemoteSpan } from "../context/remote-span.ts";
import type { SpanIdentity } from "../context/span-identity.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { report } from "../core/diagnostics.ts";
import { type Ids, SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { decide, flagged } from "./decide.ts";
import { explaining } from "./explaining.ts";
import { NON_RECORDING } from "./non-recording.ts";
import { copySpanContext } from "./span-context.ts";
import { startActive, type StartActiveRest } from "./start-active.ts";
import { type Asked, givenTime, kindOf, readOptions, spanName } from "./span-input.ts";
import type { ParentOrigin, SamplingOutcome } from "./span-census.ts";
import { Span, type SpanStart } from "./span.ts";
import type { TracingSetup } from "./tracing-setup.ts";
import { UnsampledSpan } from "./unsampled-span.ts";

/** Says that the trace id's right-most 7 bytes are random, as ours are.  (W3C Trace Context Level 2, 3.2.2.5.2) */
const RANDOM = 0x02;

/** Makes spans for one instrumentation scope.  (Specification: Trace API, Tracer; Trace SDK, Span Creation) */
export class Tracer implements ApiTracer {
  readonly #instrumentationScope: InstrumentationScope;
  readonly #setup: TracingSetup;
  /** The attributes of context variables, on each span. */
  readonly stampsContext = true;

  constructor(instrumentationScope: InstrumentationScope, setup: TracingSetup) {
    this.#instrumentationScope = instrumentationScope;
    this.#setup = setup;
  }

  /** The parent comes from `context` alone. Never throws. */
  startSpan(name: string, given?: SpanOptions, context?: Context): ApiSpan {
    const options = readOptions(given);
    try {
      return this.#start(spanName(name), options, context === undefined ? currentContext() : context);
    } catch {
      report("invalid_argument", "a span was started from what is no context; the active one was taken");
      return this.#start(spanName(name), options, currentContext());
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
    ...rest: StartActiveRest<Call>
  ): ReturnType<Call> {
    return startActive((options, parent) => this.startSpan(name, options, parent), rest);
  }

  #start(name: string, options: Asked, context: Context): ApiSpan {
    if (isTracingSuppressed(context)) return NON_RECORDING;
    const setup = this.#setup;
    const parentContext = options.root === true ? trace.deleteSpan(context) : context;
    const kind = kindOf(options.kind);
    let start = startOf(spanOf(parentContext), setup);
    let { attributes } = options;
    let stamped = contextAttributes(context);
    let isRecorded = (start.traceFlags & TraceFlags.SAMPLED) !== 0;
    if (setup.ownSampler !== undefined) {
      isRecorded = setup.ownSampler.isSampled(start);
      start = { ...start, traceFlags: flagged(start.traceFlags, isRecorded) };
    } else if (setup.sampler !== undefined) {
      const asked = { name, kind, stamped, attributes, links: options.links, context: parentContext };
      ({ start, isRecorded, attributes } = decide(setup.sampler, start, asked, setup.limits.attributes));
      stamped = undefined;
    }
    setup.census?.start(originOf(start), outcomeOf(start, isRecorded));
    if (!isRecorded)
      return new UnsampledSpan(kind, start.traceId, setup.ids.spanId(), start.traceFlags, start.traceState);
    const span = new Span(name, kind, start, this.#instrumentationScope, setup);
    if (stamped !== undefined) span.setAttributes(stamped);
    if (attributes !== undefined) span.setAttributes(attributes);
    if (options.links !== undefined) span.addLinks(options.links);
    const startTime = givenTime(options.startTime);
    if (startTime !== undefined) span.startAt(startTime);
    explaining.watch?.started(span, options.root === true ? undefined : context);
    setup.processors?.onStart(span, parentContext);
    return span;
  }
}

/** HOT. */
function spanOf(context: Context): ApiSpan | undefined {
  return OurContext.isOurs(context) ? context.span : trace.getSpan(context);
}

/** A parent that cannot be read, a revoked proxy say, is none. */
function startOf(parent: ApiSpan | undefined, { ids }: TracingSetup): SpanStart {
  try {
    if (parent instanceof Span) return childOfOurs(parent, parent.localRoot, false);
    if (parent instanceof RemoteSpan) return childOfOurs(parent, undefined, true);
    if (parent instanceof UnsampledSpan) return childOfOurs(parent, undefined, false);
    const context = parent?.spanContext();
    return context !== undefined && isSpanContextValid(context)
      ? childOf(copySpanContext(context))
      : root(ids);
  } catch {
    return root(ids);
  }
}

function originOf({ isParentRemote }: SpanStart): ParentOrigin {
  if (isParentRemote === undefined) return "none";
  return isParentRemote ? "remote" : "local";
}

function outcomeOf({ traceFlags }: SpanStart, isRecorded: boolean): SamplingOutcome {
  if (!isRecorded) return "DROP";
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? "RECORD_ONLY" : "RECORD_AND_SAMPLE";
}

function childOfOurs(parent: SpanIdentity, localRoot: Span | undefined, isParentRemote: boolean): SpanStart {
  return {
    traceId: parent.traceId,
    parentSpanId: parent.spanId,
    isParentRemote,
    traceState: parent.inheritedState,
    traceFlags: parent.traceFlags,
    parentFlags: parent.traceFlags,
    parentState: parent.inheritedState,
    localRoot,
  };
}

function root(ids: Ids): SpanStart {
  return {
    traceId: ids.traceId(),
    parentSpanId: undefined,
    isParentRemote: undefined,
    traceState: undefined,
    parentFlags: TraceFlags.NONE,
    parentState: undefined,
    traceFlags: ids.isRandom ? TraceFlags.SAMPLED | RANDOM : TraceFlags.SAMPLED,
    localRoot: undefined,
  };
}

function childOf(context: SpanContext): SpanStart {
  const traceFlags = context.traceFlags & 0xff;
  return {
    traceId: TraceId.fromHex(context.traceId.toLowerCase()),
    parentSpanId: SpanId.fromHex(context.spanId.toLowerCase()),
    isParentRemote: context.isRemote === true,
    traceState: context.traceState,
    traceFlags,
    parentFlags: traceFlags,
    parentState: context.traceState,
    localRoot: undefined,
  };
}
