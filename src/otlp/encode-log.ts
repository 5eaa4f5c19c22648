import type { LogRecord } from "../logs/record.ts";
import { writeAnyValue, writeAttributeList, writeCount } from "./encode-attributes.ts";
import { LOG_RECORD, OF_SCOPE } from "./fields.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** A record is mostly longer than 127 bytes, and shorter than 16,384: leaving room spares a move. */
const LENGTH_BYTES = 2;

/** HOT. Writes one log record as a field of ScopeLogs. May throw half-way; the caller truncates. */
export function writeLog(writer: ProtobufWriter, record: LogRecord): void {
  const { traceId, spanId, time, observedTime } = record;
  const log = writer.open(OF_SCOPE.records, LENGTH_BYTES);
  writer.time(LOG_RECORD.timeUnixNano, time[0], time[1]);
  writer.time(LOG_RECORD.observedTimeUnixNano, observedTime[0], observedTime[1]);
  if (record.severityNumber !== 0) writer.uint32(LOG_RECORD.severityNumber, record.severityNumber);
  if (record.severityText !== "") writer.string(LOG_RECORD.severityText, record.severityText);
  if (record.body !== undefined) writeAnyValue(writer, LOG_RECORD.body, record.body);
  writeAttributeList(writer, LOG_RECORD.attributes, record.attributeList);
  writeCount(writer, LOG_RECORD.droppedAttributesCount, record.droppedAttributesCount);
  if (traceId !== undefined) writer.bytes16(LOG_RECORD.traceId, traceId.a, traceId.b, traceId.c, traceId.d);
  if (spanId !== undefined) writer.bytes8(LOG_RECORD.spanId, spanId.high, spanId.low);
  if (traceId !== undefined) writer.fixed32(LOG_RECORD.flags, record.traceFlags & 0xff);
  if (record.eventName !== "") writer.string(LOG_RECORD.eventName, record.eventName);
  writer.close(log, LENGTH_BYTES);
}
