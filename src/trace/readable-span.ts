import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from "@opentelemetry/api";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";

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
