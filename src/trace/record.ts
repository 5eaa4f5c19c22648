import type { Attributes, HrTime, Link, SpanKind, SpanStatusCode } from "@opentelemetry/api";
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
  accept(record: SpanRecord): void;
}
