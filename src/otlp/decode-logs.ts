import { addAttribute, decodeAnyValue } from "./decode-attributes.ts";
import { decodeRequest } from "./decode-request.ts";
import type { DecodedLog, Draft, Origin } from "./decoded.ts";
import { LOG_RECORD } from "./fields.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { NO_ATTRIBUTES, optionalId } from "./received-values.ts";

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** The log records of an ExportLogsServiceRequest in protobuf. Throws MalformedOtlpError. */
export function decodeLogs(body: Uint8Array): DecodedLog[] {
  return decodeRequest(body, decodeLog);
}

function decodeLog(reader: ProtobufReader, { resource, scope }: Origin): DecodedLog {
  const log: Draft<DecodedLog> = {
    resource,
    scope,
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: "",
    body: null,
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
    flags: 0,
    traceId: "",
    spanId: "",
    eventName: "",
  };
  while (reader.next()) if (!readOrigin(reader, log) && !readContent(reader, log)) reader.skip();
  log.traceId = optionalId(log.traceId, 32);
  log.spanId = optionalId(log.spanId, 16);
  return log;
}

/** When it was made, and in which trace; false for any other field. */
function readOrigin(reader: ProtobufReader, log: Draft<DecodedLog>): boolean {
  switch (reader.field) {
    case LOG_RECORD.timeUnixNano:
      log.timeUnixNano = reader.time();
      return true;
    case LOG_RECORD.observedTimeUnixNano:
      log.observedTimeUnixNano = reader.time();
      return true;
    case LOG_RECORD.traceId:
      log.traceId = reader.hex(TRACE_ID_BYTES);
      return true;
    case LOG_RECORD.spanId:
      log.spanId = reader.hex(SPAN_ID_BYTES);
      return true;
    case LOG_RECORD.flags:
      log.flags = reader.fixed32();
      return true;
    default:
      return false;
  }
}

/** What the record says; false for any other field. */
function readContent(reader: ProtobufReader, log: Draft<DecodedLog>): boolean {
  switch (reader.field) {
    case LOG_RECORD.severityNumber:
      log.severityNumber = reader.uint32();
      return true;
    case LOG_RECORD.severityText:
      log.severityText = reader.string();
      return true;
    case LOG_RECORD.body:
      log.body = decodeAnyValue(reader.message(), 1);
      return true;
    case LOG_RECORD.attributes:
      log.attributes = addAttribute(log.attributes, reader.message());
      return true;
    case LOG_RECORD.droppedAttributesCount:
      log.droppedAttributesCount = reader.uint32();
      return true;
    case LOG_RECORD.eventName:
      log.eventName = reader.string();
      return true;
    default:
      return false;
  }
}
