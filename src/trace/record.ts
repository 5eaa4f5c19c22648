import type {
  Attributes,
  HrTime,
  Link,
  SpanContext,
  SpanKind,
  SpanStatus,
  SpanStatusCode,
} from "@opentelemetry/api";
import type { AttributeList } from "../core/attributes.ts";
import type { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";

export interface EventRecord {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface LinkRecord {
  readonly context: Link["context"];
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** An ended, sampled span as its sink sees it. Valid during `accept` only: a sink that needs more copies. */
export interface SpanRecord {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  /** True where the parent came from another process; undefined where there is no parent. */
  readonly isParentRemote: boolean | undefined;
  /** W3C trace flags of this span, one byte. */
  readonly traceFlags: number;
  /** The W3C tracestate header; empty if there is none. */
  readonly traceState: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startSeconds: number;
  readonly startNanoseconds: number;
  readonly endSeconds: number;
  readonly endNanoseconds: number;
  readonly attributeList: Readonly<AttributeList>;
  readonly droppedAttributesCount: number;
  readonly events: readonly EventRecord[];
  readonly droppedEventsCount: number;
  readonly links: readonly LinkRecord[];
  readonly droppedLinksCount: number;
  readonly statusCode: SpanStatusCode;
  /** Empty unless the status is an error with a description. */
  readonly statusMessage: string;
  readonly instrumentationScope: InstrumentationScope;
}

/** Where ended, sampled spans go. Must not throw, and must not keep the record. */
export interface SpanSink {
  accept(record: SpanRecord & ReadableSpan): void;
}

/** What produced a span, as processors and exporters of the official SDK read it.  (Specification: Resource SDK) */
export interface Resource {
  readonly attributes: Attributes;
  readonly schemaUrl?: string;
  merge(other: Resource | null): Resource;
  getRawAttributes(): [string, Attributes[string] | Promise<Attributes[string]>][];
}

/** Something that happened at a point of time within a span. */
export interface TimedEvent {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}

/** A span as span processors and span exporters read it, in the official SDK's terms.  (Specification: Readable span) */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: (Link & { droppedAttributesCount?: number })[];
  readonly events: TimedEvent[];
  /** [-1, -1] until it has ended. */
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}
