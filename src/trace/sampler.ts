import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Link,
  type SpanKind,
  trace,
  TraceFlags,
  type TraceState,
} from "@opentelemetry/api";

/** What a sampler may decide, in the official SDK's numbers.  (Specification: Sampling) */
export const SamplingDecision = {
  /** Nothing is recorded; the trace goes on without this span. */
  NOT_RECORD: 0,
  /** Processors see the span, exporters do not. */
  RECORD: 1,
  RECORD_AND_SAMPLED: 2,
} as const;

export interface SamplingResult {
  readonly decision: number;
  /** Added to the span's. */
  readonly attributes?: Readonly<Attributes>;
  /** The span's tracestate; unset: its parent's. */
  readonly traceState?: TraceState;
}

/** Decides which spans are recorded and exported; the official SDK's samplers are such.  (Specification: Sampler) */
export interface Sampler {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
  toString(): string;
}

const ON: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const OFF: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

const ALWAYS_ON: Sampler = { shouldSample: () => ON, toString: () => "AlwaysOnSampler" };
const ALWAYS_OFF: Sampler = { shouldSample: () => OFF, toString: () => "AlwaysOffSampler" };

/** Every span.  (Specification: AlwaysOn) */
export function alwaysOn(): Sampler {
  return ALWAYS_ON;
}

/** No span.  (Specification: AlwaysOff) */
export function alwaysOff(): Sampler {
  return ALWAYS_OFF;
}

/**
 * This share of all traces, by their ids: a service that takes a smaller share takes none that a larger one leaves.
 * Decides alike with the official JavaScript SDK.  (Specification: TraceIdRatioBased)
 *
 * @param ratio from 0 to 1; what is no number counts as 0
 */
export function traceIdRatioBased(ratio: number): Sampler {
  const share = typeof ratio === "number" && ratio > 0 ? Math.min(ratio, 1) : 0;
  const bound = share === 1 ? 2 ** 32 : Math.floor(share * 0xffffffff);
  return {
    shouldSample: (_, traceId) => (folded(traceId) < bound ? ON : OFF),
    toString: () => `TraceIdRatioBased{${share}}`,
  };
}

/** A trace id's four words, folded into one. */
function folded(traceId: string): number {
  let fold = 0;
  for (let offset = 0; offset < 32; offset += 8)
    fold ^= Number.parseInt(traceId.slice(offset, offset + 8), 16);
  return fold >>> 0;
}

export interface ParentBasedOptions {
  /** Decides on spans without a parent. */
  readonly root: Sampler;
  /** Default of each that is sampled: `alwaysOn()`; of each that is not: `alwaysOff()`. */
  readonly remoteParentSampled?: Sampler;
  readonly remoteParentNotSampled?: Sampler;
  readonly localParentSampled?: Sampler;
  readonly localParentNotSampled?: Sampler;
}

/** As the parent was decided; a root as `root` says.  (Specification: ParentBased) */
export function parentBased(options: ParentBasedOptions): Sampler {
  // Who writes JavaScript may leave out what the type asks for.
  const given: Partial<ParentBasedOptions> = { ...options };
  const {
    root = ALWAYS_ON,
    remoteParentSampled = ALWAYS_ON,
    remoteParentNotSampled = ALWAYS_OFF,
    localParentSampled = ALWAYS_ON,
    localParentNotSampled = ALWAYS_OFF,
  } = given;
  const samplerFor = (context: Context): Sampler => {
    const parent = trace.getSpanContext(context);
    if (parent === undefined || !isSpanContextValid(parent)) return root;
    const isSampled = (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    if (parent.isRemote === true) return isSampled ? remoteParentSampled : remoteParentNotSampled;
    return isSampled ? localParentSampled : localParentNotSampled;
  };
  return {
    shouldSample: (context, ...span) => samplerFor(context).shouldSample(context, ...span),
    toString: () => {
      const delegates = {
        root,
        remoteParentSampled,
        remoteParentNotSampled,
        localParentSampled,
        localParentNotSampled,
      };
      return `ParentBased{${Object.entries(delegates)
        .map(([name, sampler]) => `${name}=${sampler.toString()}`)
        .join(", ")}}`;
    },
  };
}
