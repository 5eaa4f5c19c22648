import { SpanStatusCode } from "@opentelemetry/api";
import { traceStateText } from "../core/trace-state-text.ts";
import type { EventRecord, LinkRecord, SpanRecord } from "../trace/record.ts";
import { writeAttributeList, writeAttributes, writeCount } from "./encode-attributes.ts";
import { EVENT, LINK, OF_SCOPE, SPAN, STATUS } from "./fields.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** Above the W3C flags: whether it is known that the parent (a link's target) is remote, and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** A span with a few attributes is longer than 127 bytes, and shorter than 16,384: leaving room spares a move. */
const LENGTH_BYTES = 2;

/** HOT. Writes one span as a field of ScopeSpans. May throw half-way; the caller truncates. */
export function writeSpan(writer: ProtobufWriter, record: SpanRecord): void {
  const span = writer.open(OF_SCOPE.records, LENGTH_BYTES);
  const { traceId, spanId, parentSpanId } = record;
  writer.bytes16(SPAN.traceId, traceId.a, traceId.b, traceId.c, traceId.d);
  writer.bytes8(SPAN.spanId, spanId.high, spanId.low);
  if (record.traceState !== "") writer.string(SPAN.traceState, record.traceState);
  if (parentSpanId !== undefined) writer.bytes8(SPAN.parentSpanId, parentSpanId.high, parentSpanId.low);
  writer.string(SPAN.name, record.name);
  // The API counts kinds from 0 (internal), OTLP keeps 0 for "unspecified".
  writer.uint32(SPAN.kind, record.kind + 1);
  writer.time(SPAN.startTimeUnixNano, record.startSeconds, record.startNanoseconds);
  writer.time(SPAN.endTimeUnixNano, record.endSeconds, record.endNanoseconds);
  writeAttributeList(writer, SPAN.attributes, record.attributeList);
  writeCount(writer, SPAN.droppedAttributesCount, record.droppedAttributesCount);
  for (const event of record.events) writeEvent(writer, event);
  writeCount(writer, SPAN.droppedEventsCount, record.droppedEventsCount);
  for (const link of record.links) writeLink(writer, link);
  writeCount(writer, SPAN.droppedLinksCount, record.droppedLinksCount);
  writeStatus(writer, record);
  writer.fixed32(SPAN.flags, flags(record.traceFlags, record.isParentRemote));
  writer.close(span, LENGTH_BYTES);
}

function writeStatus(writer: ProtobufWriter, { statusCode, statusMessage }: SpanRecord): void {
  if (statusCode === SpanStatusCode.UNSET && statusMessage === "") return;
  const status = writer.open(SPAN.status);
  if (statusMessage !== "") writer.string(STATUS.message, statusMessage);
  writer.uint32(STATUS.code, statusCode);
  writer.close(status);
}

function writeEvent(writer: ProtobufWriter, record: EventRecord): void {
  const event = writer.open(SPAN.events);
  writer.time(EVENT.timeUnixNano, record.time[0], record.time[1]);
  writer.string(EVENT.name, record.name);
  writeAttributes(writer, EVENT.attributes, record.attributes);
  writeCount(writer, EVENT.droppedAttributesCount, record.droppedAttributesCount);
  writer.close(event);
}

function writeLink(writer: ProtobufWriter, record: LinkRecord): void {
  const { traceId, spanId, traceState, traceFlags, isRemote } = record.context;
  const link = writer.open(SPAN.links);
  // A link with invalid ids keeps its attributes (Specification: Link) but goes without ids: collectors accept
  // empty ones, and refuse the whole request for one of the wrong length.
  if (isHex(traceId, 32) && isHex(spanId, 16)) {
    writer.bytes16(LINK.traceId, word(traceId, 0), word(traceId, 8), word(traceId, 16), word(traceId, 24));
    writer.bytes8(LINK.spanId, word(spanId, 0), word(spanId, 8));
  }
  writer.string(LINK.traceState, traceStateText(traceState));
  writeAttributes(writer, LINK.attributes, record.attributes);
  writeCount(writer, LINK.droppedAttributesCount, record.droppedAttributesCount);
  writer.fixed32(LINK.flags, flags(traceFlags, isRemote));
  writer.close(link);
}

function flags(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote === true ? IS_REMOTE : 0);
}

function isHex(text: unknown, digits: number): text is string {
  return typeof text === "string" && text.length === digits && /^[\da-f]+$/i.test(text);
}

function word(hex: string, offset: number): number {
  return Number.parseInt(hex.slice(offset, offset + 8), 16) | 0;
}
