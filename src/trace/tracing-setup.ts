import { type Clocks, SYSTEM_CLOCKS } from "../core/clock.ts";
import type { Redactor } from "../core/redaction.ts";
import { type IdGenerator, type Ids, idsOf, RANDOM_IDS } from "../core/ids.ts";
import { type Limits, type SpanLimits, spanLimits } from "../core/limits.ts";
import type { Resource, SpanSink } from "./record.ts";
import { OwnSampler, type Sampler } from "./sampler.ts";
import type { SpanCensus } from "./span-census.ts";
import { type SpanProcessor, SpanProcessors } from "./span-processor.ts";

/** How a tracer provider makes its spans; what is left out is the specification's default. */
export interface TracingOptions {
  readonly sink: SpanSink;
  readonly sampler?: Sampler | undefined;
  readonly processors?: readonly SpanProcessor[] | undefined;
  readonly limits?: Limits | undefined;
  readonly idGenerator?: IdGenerator | undefined;
  readonly resource?: Resource | undefined;
  readonly clocks?: Clocks | undefined;
  /** True where the sink keeps spans for later: they keep their fields then. */
  readonly keepsEnded?: boolean | undefined;
  /** Counts the spans; they are not counted without it. */
  readonly census?: SpanCensus | undefined;
  /** Takes secrets out of spans as they end; they stay without it. */
  readonly redactor?: Redactor | undefined;
}

/** What all spans of one tracer provider share.  (Specification: Trace SDK, Configuration) */
export interface TracingSetup {
  readonly sink: SpanSink;
  /** Undefined: as the parent, a root always. */
  readonly sampler: Sampler | undefined;
  /** The sampler where it is one of ours. */
  readonly ownSampler: OwnSampler | undefined;
  readonly processors: SpanProcessors | undefined;
  readonly limits: SpanLimits;
  readonly ids: Ids;
  readonly resource: Resource;
  readonly clocks: Clocks;
  readonly keepsEnded: boolean;
  readonly census: SpanCensus | undefined;
  readonly redactor: Redactor | undefined;
}

const NO_RESOURCE: Resource = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};

export function tracingSetup(options: TracingOptions): TracingSetup {
  const {
    sink,
    sampler,
    processors = [],
    limits,
    idGenerator,
    resource,
    clocks = SYSTEM_CLOCKS,
    keepsEnded = false,
    census,
    redactor,
  } = options;
  return {
    sink,
    sampler,
    ownSampler: ownOf(sampler),
    processors: processors.length === 0 ? undefined : new SpanProcessors(processors),
    limits: spanLimits(limits),
    ids: idGenerator === undefined ? RANDOM_IDS : idsOf(idGenerator),
    resource: resource ?? NO_RESOURCE,
    clocks,
    // Processors that are not ours may read a span later.
    keepsEnded: keepsEnded || processors.length > 0,
    census,
    redactor,
  };
}

/** Never throws: asking a revoked proxy does. */
function ownOf(sampler: Sampler | undefined): OwnSampler | undefined {
  try {
    return sampler instanceof OwnSampler ? sampler : undefined;
  } catch {
    return undefined;
  }
}
