import * as fc from "fast-check";
import type { AnyValue } from "../../src/core/attribute-value.ts";
import { SpanId, TraceId } from "../../src/core/ids.ts";
import type { LogRecord } from "../../src/logs/record.ts";
import type { Plain } from "./oracle.ts";
import {
  attributeList,
  attributes,
  base64,
  count,
  flags,
  hex,
  hrTime,
  plainAttributes,
  plainTime,
  plainValue,
  SCOPE,
  SCOPES,
  text,
  wellFormed,
} from "./span-records.ts";

/** A record with nothing but what it must have, and what the test is about. */
export function logRecord(fields: Partial<LogRecord> = {}): LogRecord {
  return {
    time: [1_758_000_000, 1],
    observedTime: [1_758_000_000, 2],
    severityNumber: 9,
    severityText: "",
    body: "paid",
    attributeList: [],
    droppedAttributesCount: 0,
    traceId: undefined,
    spanId: undefined,
    traceFlags: 0,
    eventName: "",
    instrumentationScope: SCOPE,
    ...fields,
  };
}

/** A record as the oracle must read it. */
export function plainLog(record: LogRecord): Plain {
  return {
    timeUnixNano: plainTime(record.time),
    observedTimeUnixNano: plainTime(record.observedTime),
    severityNumber: record.severityNumber,
    severityText: wellFormed(record.severityText),
    body: record.body === undefined ? null : plainBody(record.body),
    attributes: plainAttributes(record.attributeList),
    droppedAttributesCount: record.droppedAttributesCount,
    flags: record.traceId === undefined ? 0 : record.traceFlags,
    traceId: base64(record.traceId?.hex ?? ""),
    spanId: base64(record.spanId?.hex ?? ""),
    eventName: wellFormed(record.eventName),
  };
}

function plainBody(body: AnyValue): Plain {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return plainValue(body);
  return { kvlistValue: { values: plainAttributes(Object.entries(body).flat(1)) } };
}

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });

/** A record is in a trace, or in none. */
const trace: fc.Arbitrary<Pick<LogRecord, "traceId" | "spanId" | "traceFlags">> = fc.oneof(
  fc.record({ traceId: fc.constant(undefined), spanId: fc.constant(undefined), traceFlags: fc.constant(0) }),
  fc.record({
    traceId: hex(32).map((digits) => TraceId.fromHex(digits)),
    spanId: hex(16).map((digits) => SpanId.fromHex(digits)),
    traceFlags: flags,
  }),
);

export const anyLogRecord: fc.Arbitrary<LogRecord> = fc
  .tuple(
    trace,
    fc.record({
      time: hrTime,
      observedTime: hrTime,
      severityNumber: fc.nat({ max: 24 }),
      severityText: text,
      body: optional(fc.oneof(text, fc.double(), fc.boolean(), attributes as fc.Arbitrary<AnyValue>)),
      attributeList,
      droppedAttributesCount: count,
      eventName: text,
      instrumentationScope: fc.constantFrom(...SCOPES),
    }),
  )
  .map(([own, record]) => Object.assign(record, own));
