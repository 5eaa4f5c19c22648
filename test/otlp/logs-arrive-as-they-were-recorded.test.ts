import { expect } from "chai";
import * as fc from "fast-check";
import { SpanId, TraceId } from "../../src/core/ids.ts";
import type { LogRecord } from "../../src/logs/record.ts";
import { writeLog } from "../../src/otlp/encode-log.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import { anyLogRecord, logRecord, plainLog } from "./log-records.ts";
import { type Plain, readLogs } from "./oracle.ts";

const RESOURCE = { attributes: { "service.name": "shop" } };

function encodeOne(fields: Partial<LogRecord>): Plain {
  const encoder = new RecordBatchEncoder(RESOURCE, writeLog);
  expect(encoder.append(logRecord(fields))).to.equal(true);
  return readLogs(encoder.take()).resourceLogs[0]?.scopeLogs[0]?.logRecords[0] ?? {};
}

describe("log records arrive as they were recorded", () => {
  it("whatever they hold, grouped by instrumentation scope, in order", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeLog);
    fc.assert(
      fc.property(fc.array(anyLogRecord, { minLength: 1, maxLength: 8 }), (records) => {
        for (const record of records) expect(encoder.append(record)).to.equal(true);
        const { byteLength } = encoder;
        const body = encoder.take();
        expect(body).to.have.length(byteLength);
        const groups = readLogs(body).resourceLogs[0]?.scopeLogs ?? [];
        expect(groups.flatMap(({ logRecords }) => logRecords)).to.have.length(records.length);
        for (const { scope, logRecords, schemaUrl } of groups) {
          const expected = records.filter(
            ({ instrumentationScope: of }) =>
              of.name === scope["name"] && (of.version ?? "") === scope["version"],
          );
          expect(logRecords).to.deep.equal(expected.map(plainLog));
          expect(schemaUrl).to.equal(expected[0]?.instrumentationScope.schemaUrl ?? "");
        }
      }),
      { numRuns: 150 },
    );
  });

  it("under one resource", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeLog);
    encoder.append(logRecord());
    encoder.append(logRecord({ instrumentationScope: { name: "other" } }));
    const { resourceLogs } = readLogs(encoder.take());
    expect(resourceLogs.map(({ resource }) => resource["attributes"])).to.deep.equal([
      [{ key: "service.name", value: { stringValue: "shop" } }],
    ]);
  });

  it("with the flags of their span, and with none where there is no span", () => {
    const ids = {
      traceId: TraceId.fromHex("0af7651916cd43dd8448eb211c80319c"),
      spanId: SpanId.fromHex("b7ad6b7169203331"),
    };
    expect(encodeOne({ ...ids, traceFlags: 1 })["flags"]).to.equal(1);
    expect(encodeOne({ ...ids, traceFlags: 0x1ff })["flags"]).to.equal(0xff);
    expect(encodeOne({ traceFlags: 1 })["flags"]).to.equal(0);
  });

  it("with an empty body apart from none", () => {
    expect(encodeOne({ body: "" })["body"]).to.deep.equal({ stringValue: "" });
    expect(encodeOne({ body: {} })["body"]).to.deep.equal({ kvlistValue: { values: [] } });
    expect(encodeOne({ body: undefined })["body"]).to.equal(null);
  });

  it("but one that cannot be encoded, which costs itself alone", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeLog);
    const bad = [
      logRecord({ eventName: 5 as unknown as string }),
      logRecord({ attributeList: [{}, "value"] }),
      logRecord({ instrumentationScope: { name: undefined as unknown as string } }),
    ];
    expect(encoder.append(logRecord({ body: "first" }))).to.equal(true);
    expect(bad.map((record) => encoder.append(record))).to.deep.equal([false, false, false]);
    expect(encoder.append(logRecord({ body: "second" }))).to.equal(true);
    const { resourceLogs } = readLogs(encoder.take());
    expect(
      resourceLogs[0]?.scopeLogs.map(({ logRecords }) => logRecords.map(({ body }) => body)),
    ).to.deep.equal([[{ stringValue: "first" }, { stringValue: "second" }]]);
  });
});
