import { decodeJsonAttributes } from "./decode-json-attributes.ts";
import { decodeJsonRequest } from "./decode-json-request.ts";
import type { DecodedEvent, DecodedLink, DecodedSpan, Origin } from "./decoded.ts";
import type { JsonReader } from "./json-reader.ts";
import { optionalId, parentId, requiredId } from "./received-values.ts";

const LEVELS = { ofResource: "resourceSpans", ofScope: "scopeSpans", records: "spans" };

const KINDS = [
  "SPAN_KIND_UNSPECIFIED",
  "SPAN_KIND_INTERNAL",
  "SPAN_KIND_SERVER",
  "SPAN_KIND_CLIENT",
  "SPAN_KIND_PRODUCER",
  "SPAN_KIND_CONSUMER",
];

const STATUS_CODES = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/** The spans of an ExportTraceServiceRequest in OTLP/JSON. Throws MalformedOtlpError. */
export function decodeTracesJson(text: string): DecodedSpan[] {
  return decodeJsonRequest(text, LEVELS, decodeSpan);
}

function decodeSpan(span: JsonReader, { resource, scope }: Origin): DecodedSpan {
  const status = span.message("status");
  return {
    resource,
    scope,
    traceId: requiredId(span.string("traceId"), 32),
    spanId: requiredId(span.string("spanId"), 16),
    parentSpanId: parentId(span.string("parentSpanId")),
    traceState: span.string("traceState"),
    flags: span.uint32("flags"),
    name: span.string("name"),
    kind: span.enum("kind", KINDS),
    startTimeUnixNano: span.time("startTimeUnixNano"),
    endTimeUnixNano: span.time("endTimeUnixNano"),
    attributes: decodeJsonAttributes(span),
    droppedAttributesCount: span.uint32("droppedAttributesCount"),
    events: span.messages("events").map(decodeEvent),
    droppedEventsCount: span.uint32("droppedEventsCount"),
    links: span.messages("links").map(decodeLink),
    droppedLinksCount: span.uint32("droppedLinksCount"),
    status: { code: status.enum("code", STATUS_CODES), message: status.string("message") },
  };
}

function decodeEvent(event: JsonReader): DecodedEvent {
  return {
    name: event.string("name"),
    timeUnixNano: event.time("timeUnixNano"),
    attributes: decodeJsonAttributes(event),
    droppedAttributesCount: event.uint32("droppedAttributesCount"),
  };
}

function decodeLink(link: JsonReader): DecodedLink {
  return {
    traceId: optionalId(link.string("traceId"), 32),
    spanId: optionalId(link.string("spanId"), 16),
    traceState: link.string("traceState"),
    flags: link.uint32("flags"),
    attributes: decodeJsonAttributes(link),
    droppedAttributesCount: link.uint32("droppedAttributesCount"),
  };
}
