import { decodeJsonAnyValue, decodeJsonAttributes } from "./decode-json-attributes.ts";
import { decodeJsonRequest } from "./decode-json-request.ts";
import type { DecodedLog, Origin } from "./decoded.ts";
import type { JsonReader } from "./json-reader.ts";
import { optionalId } from "./received-values.ts";

const LEVELS = { ofResource: "resourceLogs", ofScope: "scopeLogs", records: "logRecords" };

const SEVERITIES = [
  "SEVERITY_NUMBER_UNSPECIFIED",
  ...["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((level) =>
    ["", "2", "3", "4"].map((step) => `SEVERITY_NUMBER_${level}${step}`),
  ),
];

/** The log records of an ExportLogsServiceRequest in OTLP/JSON. Throws MalformedOtlpError. */
export function decodeLogsJson(text: string): DecodedLog[] {
  return decodeJsonRequest(text, LEVELS, decodeLog);
}

function decodeLog(log: JsonReader, { resource, scope }: Origin): DecodedLog {
  return {
    resource,
    scope,
    timeUnixNano: log.time("timeUnixNano"),
    observedTimeUnixNano: log.time("observedTimeUnixNano"),
    severityNumber: log.enum("severityNumber", SEVERITIES),
    severityText: log.string("severityText"),
    body: decodeJsonAnyValue(log.message("body"), 1),
    attributes: decodeJsonAttributes(log),
    droppedAttributesCount: log.uint32("droppedAttributesCount"),
    flags: log.uint32("flags"),
    traceId: optionalId(log.string("traceId"), 32),
    spanId: optionalId(log.string("spanId"), 16),
    eventName: log.string("eventName"),
  };
}
