import { type Attributes, type Context, type Link, type SpanKind, TraceFlags } from "@opentelemetry/api";
import { AttributeSet } from "../core/attributes.ts";
import { describe, quote, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import type { AttributeLimits } from "../core/limits.ts";
import { isArray } from "../core/noun.ts";
import { type Sampler, SamplingDecision, type SamplingResult } from "./sampler.ts";
import { copySpanContext } from "./span-context.ts";
import type { SpanStart } from "./span.ts";

/** A span that is about to start, as its tracer was asked for it. */
interface Asked {
  readonly name: string;
  readonly kind: SpanKind;
  /** Of context variables; those that it is given itself win. */
  readonly stamped: unknown;
  readonly attributes: unknown;
  readonly links: unknown;
  readonly context: Context;
}

/** What becomes of a span. */
interface Decision {
  readonly isRecorded: boolean;
  readonly start: SpanStart;
  /** The span's, with those that the sampler added. */
  readonly attributes: Attributes;
}

/** Asks a sampler. One that fails is reported, and the span goes the way of its parent, a root's is recorded. */
export function decide(sampler: Sampler, start: SpanStart, asked: Asked, limits: AttributeLimits): Decision {
  // A sampler sees every attribute that the span was given, whole; the span's own limits come afterwards.
  const valid = (...sources: readonly unknown[]): Attributes =>
    copyOf(sources, { ...limits, count: Infinity, valueLength: Infinity });
  const attributes = valid(asked.stamped, asked.attributes);
  const links = linksOf(asked.links, valid);
  const result = ask(sampler, start, asked, attributes, links);
  if (result === undefined)
    return { isRecorded: (start.traceFlags & TraceFlags.SAMPLED) !== 0, start, attributes };
  const isSampled = result.decision === SamplingDecision.RECORD_AND_SAMPLED;
  return {
    isRecorded: result.decision !== SamplingDecision.NOT_RECORD,
    start: {
      ...start,
      traceFlags: flagged(start.traceFlags, isSampled),
      traceState: result.traceState ?? start.traceState,
    },
    attributes: valid(attributes, result.attributes),
  };
}

/** A parent's trace flags as a child has them that was sampled or not. */
export function flagged(traceFlags: number, isSampled: boolean): number {
  return isSampled ? traceFlags | TraceFlags.SAMPLED : traceFlags & ~TraceFlags.SAMPLED;
}

/** Those that can be read; the span reports the others. */
function linksOf(links: unknown, valid: (attributes: unknown) => Attributes): Link[] {
  const readable: Link[] = [];
  if (!isArray(links)) return readable;
  for (const link of links as Partial<Link>[]) {
    try {
      if (link.context !== undefined)
        readable.push({ context: copySpanContext(link.context), attributes: valid(link.attributes) });
    } catch {
      // A link that is none.
    }
  }
  return readable;
}

/** Those that are attributes, as an object of one's own. */
function copyOf(sources: readonly unknown[], limits: AttributeLimits): Attributes {
  const set = new AttributeSet(limits);
  for (const source of sources) set.setAll(source);
  return set.toObject();
}

function ask(
  sampler: Sampler,
  { traceId }: SpanStart,
  { name, kind, context }: Asked,
  attributes: Attributes,
  links: Link[],
): SamplingResult | undefined {
  try {
    const result = sampler.shouldSample(context, traceId.hex, name, kind, attributes, links);
    ignoreRejection(result);
    const { decision, attributes: added, traceState } = result;
    if (decision === 0 || decision === 1 || decision === 2)
      return { decision, ...(added && { attributes: added }), ...(traceState && { traceState }) };
    report("plugin_failed", `a sampler decided ${quote(decision)}; 0, 1 and 2 are decisions`);
  } catch (thrown) {
    report("plugin_failed", `a sampler failed (${describe(thrown)})`);
  }
  return undefined;
}
