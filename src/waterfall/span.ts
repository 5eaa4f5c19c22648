/** A span as the waterfall needs it: what to write, and where on the time axis. */
export interface WaterfallSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined or empty for a span without a parent. */
  readonly parentSpanId: string | undefined;
  readonly service: string;
  readonly name: string;
  /** `server`, `client`, `producer`, `consumer`; undefined where it says nothing. */
  readonly kind: string | undefined;
  /** Nanoseconds since the Unix epoch. */
  readonly start: bigint;
  readonly end: bigint;
  readonly failed: boolean;
  /** Why it failed, in a few words. */
  readonly note?: string | undefined;
}

/** How long a span took; one that ends before it starts took no time. */
export function spanDuration(span: WaterfallSpan): bigint {
  return span.end > span.start ? span.end - span.start : 0n;
}
