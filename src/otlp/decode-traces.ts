import { addAttribute } from "./decode-attributes.ts";
import { decodeRequest } from "./decode-request.ts";
import type { DecodedEvent, DecodedLink, DecodedSpan, Draft, Origin } from "./decoded.ts";
import { EVENT, LINK, SPAN, STATUS } from "./fields.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { NO_ATTRIBUTES, optionalId, parentId, requiredId } from "./received-values.ts";

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** The spans of an ExportTraceServiceRequest in protobuf. Throws MalformedOtlpError. */
export function decodeTraces(body: Uint8Array): DecodedSpan[] {
  return decodeRequest(body, decodeSpan);
}

interface SpanDraft extends Draft<DecodedSpan> {
  events: DecodedEvent[];
  links: DecodedLink[];
}

function decodeSpan(reader: ProtobufReader, origin: Origin): DecodedSpan {
  const span = emptySpan(origin);
  while (reader.next()) if (!readIdentity(reader, span) && !readContent(reader, span)) reader.skip();
  span.traceId = requiredId(span.traceId, 32);
  span.spanId = requiredId(span.spanId, 16);
  span.parentSpanId = parentId(span.parentSpanId);
  return span;
}

function emptySpan({ resource, scope }: Origin): SpanDraft {
  return {
    resource,
    scope,
    traceId: "",
    spanId: "",
    parentSpanId: "",
    traceState: "",
    flags: 0,
    name: "",
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: "" },
  };
}

/** Which span it is, and where in its trace; false for any other field. */
function readIdentity(reader: ProtobufReader, span: SpanDraft): boolean {
  switch (reader.field) {
    case SPAN.traceId:
      span.traceId = reader.hex(TRACE_ID_BYTES);
      return true;
    case SPAN.spanId:
      span.spanId = reader.hex(SPAN_ID_BYTES);
      return true;
    case SPAN.parentSpanId:
      span.parentSpanId = reader.hex(SPAN_ID_BYTES);
      return true;
    case SPAN.traceState:
      span.traceState = reader.string();
      return true;
    case SPAN.flags:
      span.flags = reader.fixed32();
      return true;
    default:
      return false;
  }
}

/** What the span says; false for any other field. */
function readContent(reader: ProtobufReader, span: SpanDraft): boolean {
  switch (reader.field) {
    case SPAN.name:
      span.name = reader.string();
      return true;
    case SPAN.kind:
      span.kind = reader.uint32();
      return true;
    case SPAN.startTimeUnixNano:
      span.startTimeUnixNano = reader.time();
      return true;
    case SPAN.endTimeUnixNano:
      span.endTimeUnixNano = reader.time();
      return true;
    case SPAN.attributes:
      span.attributes = addAttribute(span.attributes, reader.message());
      return true;
    case SPAN.events:
      span.events.push(decodeEvent(reader.message()));
      return true;
    case SPAN.links:
      span.links.push(decodeLink(reader.message()));
      return true;
    case SPAN.status:
      span.status = decodeStatus(reader.message());
      return true;
    case SPAN.droppedAttributesCount:
      span.droppedAttributesCount = reader.uint32();
      return true;
    case SPAN.droppedEventsCount:
      span.droppedEventsCount = reader.uint32();
      return true;
    case SPAN.droppedLinksCount:
      span.droppedLinksCount = reader.uint32();
      return true;
    default:
      return false;
  }
}

function decodeStatus(reader: ProtobufReader): DecodedSpan["status"] {
  const status = { code: 0, message: "" };
  while (reader.next()) {
    if (reader.field === STATUS.code) status.code = reader.uint32();
    else if (reader.field === STATUS.message) status.message = reader.string();
    else reader.skip();
  }
  return status;
}

function decodeEvent(reader: ProtobufReader): DecodedEvent {
  const event: Draft<DecodedEvent> = {
    name: "",
    timeUnixNano: 0n,
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
  };
  while (reader.next()) {
    if (reader.field === EVENT.timeUnixNano) event.timeUnixNano = reader.time();
    else if (reader.field === EVENT.name) event.name = reader.string();
    else if (reader.field === EVENT.attributes)
      event.attributes = addAttribute(event.attributes, reader.message());
    else if (reader.field === EVENT.droppedAttributesCount) event.droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  return event;
}

function decodeLink(reader: ProtobufReader): DecodedLink {
  const link: Draft<DecodedLink> = {
    traceId: "",
    spanId: "",
    traceState: "",
    flags: 0,
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
  };
  while (reader.next()) {
    if (reader.field === LINK.traceId) link.traceId = optionalId(reader.hex(TRACE_ID_BYTES), 32);
    else if (reader.field === LINK.spanId) link.spanId = optionalId(reader.hex(SPAN_ID_BYTES), 16);
    else if (reader.field === LINK.traceState) link.traceState = reader.string();
    else if (reader.field === LINK.flags) link.flags = reader.fixed32();
    else if (reader.field === LINK.attributes)
      link.attributes = addAttribute(link.attributes, reader.message());
    else if (reader.field === LINK.droppedAttributesCount) link.droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  return link;
}
