import {
  type Attributes,
  type Context,
  isSpanContextValid,
  isValidTraceId,
  type Link,
  type SpanKind,
  trace,
  TraceFlags,
  type TraceState,
} from "@opentelemetry/api";
import { quote, report } from "../core/diagnostics.ts";
import { SpanId, TraceId } from "../core/ids.ts";

/** What a sampler may decide, in the official SDK's numbers.  (Specification: Sampling) */
export const SamplingDecision = {
  /** Nothing is recorded; the trace goes on without this span. */
  NOT_RECORD: 0,
  /** Processors see the span, exporters do not. */
  RECORD: 1,
  RECORD_AND_SAMPLED: 2,
} as const;

/** What a sampler has decided about one span.  (Specification: ShouldSample, return value) */
export interface SamplingResult {
  /** One of SamplingDecision. */
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

/** What our samplers look at: of a span that starts, its trace and its parent. */
export interface Origin {
  /** Undefined where the id that a caller gave is none. */
  readonly traceId: TraceId | undefined;
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  /** The parent's. */
  readonly traceFlags: number;
}

/** A sampler of ours, for which neither ids need to be written out nor attributes copied. */
export class OwnSampler implements Sampler {
  readonly isSampled: (origin: Origin) => boolean;
  readonly #description: string;

  constructor(description: string, isSampled: (origin: Origin) => boolean) {
    this.#description = description;
    this.isSampled = isSampled;
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    return this.isSampled(originOf(context, traceId)) ? ON : OFF;
  }

  toString(): string {
    return this.#description;
  }
}

/** Of a span that someone else starts. */
export function originOf(context: Context | undefined, traceId: string): Origin {
  const parent = context === undefined ? undefined : trace.getSpanContext(context);
  const id = isValidTraceId(traceId) ? TraceId.fromHex(traceId.toLowerCase()) : undefined;
  return parent === undefined || !isSpanContextValid(parent)
    ? { traceId: id, parentSpanId: undefined, isParentRemote: undefined, traceFlags: TraceFlags.NONE }
    : {
        traceId: id,
        parentSpanId: SpanId.fromHex(parent.spanId.toLowerCase()),
        isParentRemote: parent.isRemote === true,
        traceFlags: parent.traceFlags,
      };
}

const ALWAYS_ON = new OwnSampler("AlwaysOnSampler", () => true);
const ALWAYS_OFF = new OwnSampler("AlwaysOffSampler", () => false);

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
 * @param ratio from 0 to 1; what is no number is reported and counts as 0
 */
export function traceIdRatioBased(ratio: number): Sampler {
  if (!(typeof ratio === "number" && ratio >= 0 && ratio <= 1))
    report("invalid_argument", `traceIdRatioBased(${quote(ratio)}): a ratio is a number from 0 to 1`);
  const share = typeof ratio === "number" && ratio > 0 ? Math.min(ratio, 1) : 0;
  const bound = share === 1 ? 2 ** 32 : Math.floor(share * 0xffffffff);
  return new OwnSampler(
    `TraceIdRatioBased{${share}}`,
    ({ traceId }) => traceId !== undefined && folded(traceId) < bound,
  );
}

/** A trace id's four words, folded into one. */
function folded({ a, b, c, d }: TraceId): number {
  return (a ^ b ^ c ^ d) >>> 0;
}
