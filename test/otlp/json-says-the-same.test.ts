import { expect } from "chai";
import * as fc from "fast-check";
import { decodeLogs } from "../../src/otlp/decode-logs.ts";
import { decodeLogsJson } from "../../src/otlp/decode-logs-json.ts";
import { decodeMetrics } from "../../src/otlp/decode-metrics.ts";
import { decodeMetricsJson } from "../../src/otlp/decode-metrics-json.ts";
import { decodeTraces } from "../../src/otlp/decode-traces.ts";
import { decodeTracesJson } from "../../src/otlp/decode-traces-json.ts";
import { encodeMetrics } from "../../src/otlp/encode-metrics.ts";
import { writeLog } from "../../src/otlp/encode-log.ts";
import { writeSpan } from "../../src/otlp/encode-span.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import { toJson } from "../../src/otlp/to-json.ts";
import type { SpanRecord } from "../../src/trace/record.ts";
import { anyLogRecord } from "./log-records.ts";
import { anyMetrics } from "./metric-records.ts";
import { LOGS, METRICS, type Message, TRACES } from "./oracle.ts";
import { asJson } from "./requests.ts";
import { anySpanRecord } from "./span-records.ts";

const RESOURCE = { attributes: { "service.name": "shop", ports: [80, 443], deep: { a: null } } } as never;

/** A body as protobufjs writes it in JSON, but with ids in hexadecimal, and the sign of zero. */
function expected(message: Message, body: Uint8Array): unknown {
  return signed(asJson(message.toObject(message.decode(body), { longs: String, json: true })));
}

function signed(value: unknown): unknown {
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return value.map(signed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, signed(field)]));
}

const said = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString()) as unknown;

function bodyOf(records: readonly SpanRecord[]): Uint8Array {
  const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
  for (const record of records) encoder.append(record);
  return encoder.take();
}

describe("OTLP/JSON", () => {
  it("says of any spans what protobuf says", () => {
    fc.assert(
      fc.property(fc.array(anySpanRecord, { minLength: 1, maxLength: 5 }), (records) => {
        const body = bodyOf(records);
        const json = toJson(body, "traces");
        expect(said(json)).to.deep.equal(expected(TRACES, body));
        expect(decodeTracesJson(Buffer.from(json).toString())).to.deep.equal(decodeTraces(body));
      }),
      { numRuns: 150 },
    );
  });

  it("says of any log records what protobuf says", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeLog);
    fc.assert(
      fc.property(fc.array(anyLogRecord, { minLength: 1, maxLength: 5 }), (records) => {
        for (const record of records) encoder.append(record);
        const body = encoder.take();
        const json = toJson(body, "logs");
        expect(said(json)).to.deep.equal(expected(LOGS, body));
        expect(decodeLogsJson(Buffer.from(json).toString())).to.deep.equal(decodeLogs(body));
      }),
      { numRuns: 150 },
    );
  });

  it("says of any metrics what protobuf says", () => {
    fc.assert(
      fc.property(anyMetrics, (metrics) => {
        const { body } = encodeMetrics(metrics, RESOURCE);
        const json = toJson(body, "metrics");
        expect(said(json)).to.deep.equal(expected(METRICS, body));
        expect(decodeMetricsJson(Buffer.from(json).toString())).to.deep.equal(decodeMetrics(body));
      }),
      { numRuns: 300 },
    );
  });
});
