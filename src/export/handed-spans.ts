import {
  type Attributes,
  createTraceState,
  type HrTime,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
} from "@opentelemetry/api";
import type { AttributeList } from "../core/attributes.ts";
import { describe, report } from "../core/diagnostics.ts";
import { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { decodeTraces } from "../otlp/decode-traces.ts";
import type { AttributeMap, DecodedSpan } from "../otlp/decoded.ts";
import { ServiceResource } from "../resource/resource.ts";
import type { EventRecord, LinkRecord, ReadableSpan, SpanRecord } from "../trace/record.ts";
import type { Batch } from "./batch-queue.ts";

/** Of OTLP's flags, beside those of W3C: whether it is known that a parent, or a link's target, is remote; and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/**
 * The spans that a worker has encoded, as records for what takes no bytes. `isOneProcess` counts a parent in another
 * thread of this process as a local one.
 */
export function handedSpans(
  { body }: Batch,
  { isOneProcess }: { readonly isOneProcess: boolean },
): readonly (SpanRecord & ReadableSpan)[] {
  try {
    return decodeTraces(body).map((span) => new HandedSpan(span, isOneProcess));
  } catch (thrown) {
    report("internal_error", `spans of a worker could not be decoded (${describe(thrown)})`);
    return [];
  }
}

/** An ended span of another thread. */
class HandedSpan implements SpanRecord, ReadableSpan {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  readonly traceFlags: number;
  readonly traceState: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly attributes: Attributes;
  readonly events: EventRecord[];
  readonly links: LinkRecord[];
  readonly status: SpanStatus;
  readonly resource: ServiceResource;
  readonly instrumentationScope: InstrumentationScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly ended = true;

  constructor(span: DecodedSpan, isOneProcess: boolean) {
    const { startTimeUnixNano: start, endTimeUnixNano: end, parentSpanId, flags } = span;
    this.traceId = TraceId.fromHex(span.traceId);
    this.spanId = SpanId.fromHex(span.spanId);
    this.parentSpanId = parentSpanId === "" ? undefined : SpanId.fromHex(parentSpanId);
    this.isParentRemote = this.parentSpanId && !isOneProcess && isRemote(flags);
    this.traceFlags = flags & 0xff;
    this.traceState = span.traceState;
    this.name = span.name;
    this.kind = span.kind - 1;
    this.startTime = hrTime(start);
    this.endTime = hrTime(end);
    this.duration = hrTime(end - start);
    this.attributes = attributesOf(span.attributes);
    this.events = span.events.map(({ timeUnixNano, attributes, ...event }) => ({
      ...event,
      time: hrTime(timeUnixNano),
      attributes: attributesOf(attributes),
    }));
    this.links = span.links.map(({ attributes, droppedAttributesCount, ...link }) => ({
      context: contextOf(link, isRemote(link.flags)),
      attributes: attributesOf(attributes),
      droppedAttributesCount,
    }));
    this.status = { code: span.status.code, message: span.status.message };
    this.resource = new ServiceResource(attributesOf(span.resource));
    this.instrumentationScope = span.scope;
    this.droppedAttributesCount = span.droppedAttributesCount;
    this.droppedEventsCount = span.droppedEventsCount;
    this.droppedLinksCount = span.droppedLinksCount;
  }

  get startSeconds(): number {
    return this.startTime[0];
  }

  get startNanoseconds(): number {
    return this.startTime[1];
  }

  get endSeconds(): number {
    return this.endTime[0];
  }

  get endNanoseconds(): number {
    return this.endTime[1];
  }

  get attributeList(): AttributeList {
    return Object.entries(this.attributes).flat() as AttributeList;
  }

  get statusCode(): SpanStatus["code"] {
    return this.status.code;
  }

  get statusMessage(): string {
    return this.status.message ?? "";
  }

  get parentSpanContext(): SpanContext | undefined {
    return this.parentSpanId && this.#contextOf(this.parentSpanId, this.isParentRemote);
  }

  spanContext(): SpanContext {
    return this.#contextOf(this.spanId, false);
  }

  #contextOf(spanId: SpanId, remote: boolean | undefined): SpanContext {
    const { traceId, traceFlags: flags, traceState } = this;
    return contextOf({ traceId: traceId.hex, spanId: spanId.hex, flags, traceState }, remote);
  }
}

function isRemote(flags: number): boolean | undefined {
  return (flags & HAS_IS_REMOTE) === 0 ? undefined : (flags & IS_REMOTE) !== 0;
}

function contextOf(
  { traceId, spanId, flags, traceState }: Pick<DecodedSpan, "traceId" | "spanId" | "flags" | "traceState">,
  remote: boolean | undefined,
): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags: flags & 0xff,
    ...(traceState !== "" && { traceState: createTraceState(traceState) }),
    ...(remote === true && { isRemote: true }),
  };
}

function hrTime(nanoseconds: bigint): HrTime {
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
}

/** Whole numbers beyond 2^53, which we never send, would be bigint. */
function attributesOf(attributes: AttributeMap): Attributes {
  return { ...attributes } as Attributes;
}
