import type { InstrumentationScope } from "../core/instrumentation-scope.ts";

/** A value as OTLP carries it; whole numbers beyond 2^53 are bigint, null stands for an empty value. */
export type AnyValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | Uint8Array
  | readonly AnyValue[]
  | { readonly [key: string]: AnyValue };

/** Attributes by key, without a prototype, so that no key is special. */
export type AttributeMap = Readonly<Record<string, AnyValue>>;

/** What OTLP states once for many records. */
export interface Origin {
  readonly resource: AttributeMap;
  readonly scope: InstrumentationScope;
}

export interface DecodedEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
}

export interface DecodedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
}

/** A received span, with the resource and instrumentation scope that OTLP states once for many. */
export interface DecodedSpan extends Origin {
  /** Lowercase hexadecimal: 32, 16 and 16 digits; no parent is the empty string. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  /** As OTLP numbers it: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly events: readonly DecodedEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly DecodedLink[];
  readonly droppedLinksCount: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
}

/** A received log record. */
export interface DecodedLog extends Origin {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  /** Lowercase hexadecimal: 32 and 16 digits, or empty. */
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
}

/** One point of a received metric. `value` for gauge and sum; `count` and the rest for the other types. */
export interface DecodedPoint {
  readonly attributes: AttributeMap;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly value?: number | bigint;
  readonly count?: number | bigint;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  /** Explicit histograms: upper bounds, and one count more than bounds. */
  readonly bounds?: readonly number[];
  readonly bucketCounts?: readonly (number | bigint)[];
  /** Exponential histograms. */
  readonly scale?: number;
  readonly zeroCount?: number | bigint;
  readonly positive?: DecodedBuckets;
  readonly negative?: DecodedBuckets;
}

export interface DecodedBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly (number | bigint)[];
}

export interface DecodedMetric extends Origin {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly type: "gauge" | "sum" | "histogram" | "exponential_histogram" | "summary";
  /** As OTLP numbers it: 0 unspecified, 1 delta, 2 cumulative. */
  readonly temporality: number;
  readonly isMonotonic: boolean;
  readonly points: readonly DecodedPoint[];
}

/** A decoded shape while its fields come in. */
export type Draft<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };
