import {
  type Attributes,
  type Context,
  type Link,
  type SpanKind,
  type SpanOptions,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { AttributeSet } from "../core/attributes.ts";
import { describe, report } from "../core/diagnostics.ts";
import { DEFAULT_LIMITS, spanLimits } from "../core/limits.ts";
import { type Sampler, SamplingDecision, type SamplingResult } from "./sampler.ts";
import type { SpanStart } from "./span.ts";

/** A span that is about to start, as its tracer was asked for it. */
interface Asked {
  readonly name: string;
  readonly kind: SpanKind;
  readonly options: SpanOptions;
  readonly context: Context;
}

/** What becomes of a span. */
interface Decision {
  readonly isRecorded: boolean;
  readonly start: SpanStart;
  /** The span's, with those that the sampler added. */
  readonly attributes: Attributes;
}

/** A sampler sees every attribute that the span was given; the span's limit comes afterwards. */
const { attributes: limits } = spanLimits({ ...DEFAULT_LIMITS, attributeCountLimit: Infinity });

/** Asks a sampler. One that fails is reported, and the span goes the way of its parent, a root's is recorded. */
export function decide(sampler: Sampler, start: SpanStart, asked: Asked): Decision {
  const given = new AttributeSet(limits);
  given.setAll(asked.options.attributes);
  const attributes = given.toObject();
  const result = ask(sampler, start, asked, attributes);
  if (result === undefined)
    return { isRecorded: (start.traceFlags & TraceFlags.SAMPLED) !== 0, start, attributes };
  const isSampled = result.decision === SamplingDecision.RECORD_AND_SAMPLED;
  return {
    isRecorded: result.decision !== SamplingDecision.NOT_RECORD,
    start: {
      ...start,
      traceFlags: isSampled ? start.traceFlags | TraceFlags.SAMPLED : start.traceFlags & ~TraceFlags.SAMPLED,
      traceState: result.traceState ?? start.traceState,
    },
    attributes: { ...attributes, ...result.attributes },
  };
}

function ask(
  sampler: Sampler,
  { traceId }: SpanStart,
  { name, kind, options, context }: Asked,
  attributes: Attributes,
): SamplingResult | undefined {
  try {
    const parent = options.root === true ? trace.deleteSpan(context) : context;
    const links: Link[] = [...(options.links ?? [])];
    const {
      decision,
      attributes: added,
      traceState,
    } = sampler.shouldSample(parent, traceId.hex, name, kind, attributes, links);
    if (decision === 0 || decision === 1 || decision === 2)
      return { decision, ...(added && { attributes: added }), ...(traceState && { traceState }) };
    report("plugin_failed", `a sampler decided ${describe(decision)}; 0, 1 and 2 are decisions`);
  } catch (thrown) {
    report("plugin_failed", `a sampler failed (${describe(thrown)})`);
  }
  return undefined;
}
