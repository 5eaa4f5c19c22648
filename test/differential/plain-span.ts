import type { Attributes, HrTime, Link, SpanContext } from "@opentelemetry/api";
import { objectOf } from "../recording.ts";
import type { ReadableSpan, SpanRecord } from "../../src/trace/record.ts";

/** A span context with every field that it can have. */
export interface PlainContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote: boolean;
  readonly traceState: string;
}

interface PlainEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes: PlainAttributes;
  readonly dropped: number;
}

interface PlainLink {
  readonly context: PlainContext;
  readonly attributes: PlainAttributes;
  readonly dropped: number;
}

/** Keys and values, in their order. */
type PlainAttributes = readonly (readonly [string, unknown])[];

/** Every field of a ReadableSpan, copied; where the official SDK leaves a field out, its default stands. */
export interface PlainSpan {
  readonly name: string;
  readonly kind: number;
  readonly context: PlainContext;
  readonly parent: PlainContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: { readonly code: number; readonly message: string };
  readonly attributes: PlainAttributes;
  readonly links: readonly PlainLink[];
  readonly events: readonly PlainEvent[];
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
  readonly resource: PlainAttributes;
  readonly scope: {
    readonly name: string;
    readonly version: string | undefined;
    readonly schemaUrl: string | undefined;
  };
}

export function plainSpan(span: ReadableSpan): PlainSpan {
  const { name, version, schemaUrl } = span.instrumentationScope;
  return {
    name: span.name,
    kind: span.kind,
    context: plainContext(span.spanContext()),
    parent: span.parentSpanContext && plainContext(span.parentSpanContext),
    startTime: [...span.startTime],
    endTime: [...span.endTime],
    duration: [...span.duration],
    ended: span.ended,
    status: { code: span.status.code, message: span.status.message ?? "" },
    attributes: plainAttributes(span.attributes),
    links: span.links.map(plainLink),
    events: span.events.map(plainEvent),
    dropped: {
      attributes: span.droppedAttributesCount,
      events: span.droppedEventsCount,
      links: span.droppedLinksCount,
    },
    resource: plainAttributes(span.resource.attributes),
    scope: { name, version, schemaUrl },
  };
}

export function plainContext(context: SpanContext): PlainContext {
  const { traceId, spanId, traceFlags, isRemote = false, traceState } = context;
  return { traceId, spanId, traceFlags, isRemote, traceState: traceState?.serialize() ?? "" };
}

/** A link, as a sampler is asked with it, or as a span keeps it. */
export function plainLink({
  context,
  attributes,
  droppedAttributesCount = 0,
}: Link & { readonly droppedAttributesCount?: number }): PlainLink {
  return {
    context: plainContext(context),
    attributes: plainAttributes(attributes),
    dropped: droppedAttributesCount,
  };
}

function plainEvent(event: ReadableSpan["events"][number]): PlainEvent {
  const { name, time, attributes, droppedAttributesCount = 0 } = event;
  return {
    name,
    time: [...time],
    attributes: plainAttributes(attributes),
    dropped: droppedAttributesCount,
  };
}

export function plainAttributes(attributes: Attributes = {}): PlainAttributes {
  return Object.entries(attributes).map(([key, value]) => [key, structuredClone(value)]);
}

/** What of a span its sink is told. */
export type SinkView = Omit<PlainSpan, "context" | "parent" | "duration" | "ended" | "resource"> & {
  readonly context: Omit<PlainContext, "isRemote">;
  readonly parent: Pick<PlainContext, "spanId" | "isRemote"> | undefined;
};

export function sinkViewOf(span: PlainSpan): SinkView {
  const { name, kind, startTime, endTime, status, attributes, links, events, dropped, scope } = span;
  const { traceId, spanId, traceFlags, traceState } = span.context;
  const context = { traceId, spanId, traceFlags, traceState };
  const parent = span.parent && { spanId: span.parent.spanId, isRemote: span.parent.isRemote };
  return {
    name,
    kind,
    context,
    parent,
    startTime,
    endTime,
    status,
    attributes,
    links,
    events,
    dropped,
    scope,
  };
}

export function sinkViewOfRecord(record: SpanRecord): SinkView {
  const { name, version, schemaUrl } = record.instrumentationScope;
  return {
    name: record.name,
    kind: record.kind,
    context: {
      traceId: record.traceId.hex,
      spanId: record.spanId.hex,
      traceFlags: record.traceFlags,
      traceState: record.traceState,
    },
    parent: record.parentSpanId && {
      spanId: record.parentSpanId.hex,
      isRemote: record.isParentRemote ?? false,
    },
    startTime: [record.startSeconds, record.startNanoseconds],
    endTime: [record.endSeconds, record.endNanoseconds],
    status: { code: record.statusCode, message: record.statusMessage },
    attributes: plainAttributes({ ...objectOf(record.attributeList) } as Attributes),
    links: record.links.map((link) => plainLink({ ...link })),
    events: record.events.map(plainEvent),
    dropped: {
      attributes: record.droppedAttributesCount,
      events: record.droppedEventsCount,
      links: record.droppedLinksCount,
    },
    scope: { name, version, schemaUrl },
  };
}
