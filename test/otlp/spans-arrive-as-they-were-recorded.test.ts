import { expect } from "chai";
import * as fc from "fast-check";
import type { InstrumentationScope } from "../../src/core/instrumentation-scope.ts";
import { writeSpan } from "../../src/otlp/encode-span.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import type { Resource } from "../../src/resource/resource.ts";
import type { LinkRecord, SpanRecord } from "../../src/trace/record.ts";
import { type Plain, type PlainRequest, readTraces } from "./oracle.ts";
import { anySpanRecord, plainSpan, plainTime, plainValue, spanRecord } from "./span-records.ts";

const RESOURCE: Resource = {
  attributes: { "service.name": "shop", "process.pid": 4711, tags: ["a", null], absent: undefined },
};

function encode(...records: SpanRecord[]): PlainRequest {
  const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
  for (const record of records) expect(encoder.append(record)).to.equal(true);
  return readTraces(encoder.take());
}

/** The only span of a batch of one. */
function encodeOne(fields: Partial<SpanRecord>): Plain {
  return encode(spanRecord(fields)).resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? {};
}

function attribute(value: unknown): Plain {
  const { attributes } = encodeOne({ attributeList: ["key", value as string] });
  return (attributes as { value: Plain }[])[0]?.value ?? {};
}

const nameOf = (scope: InstrumentationScope): Plain => ({ name: scope.name, version: scope.version ?? "" });

describe("spans arrive as they were recorded", () => {
  it("whatever they hold, grouped by instrumentation scope, in order", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    fc.assert(
      fc.property(fc.array(anySpanRecord, { minLength: 1, maxLength: 8 }), (records) => {
        for (const record of records) expect(encoder.append(record)).to.equal(true);
        const groups = readTraces(encoder.take()).resourceSpans[0]?.scopeSpans ?? [];
        expect(groups.flatMap((group) => group.spans)).to.have.length(records.length);
        for (const { scope, spans, schemaUrl } of groups) {
          const expected = records.filter(({ instrumentationScope: of }) => {
            return nameOf(of)["name"] === scope["name"] && (of.version ?? "") === scope["version"];
          });
          expect(spans).to.deep.equal(expected.map(plainSpan));
          expect(schemaUrl).to.equal(expected[0]?.instrumentationScope.schemaUrl ?? "");
        }
      }),
      { numRuns: 150 },
    );
  });

  it("under one resource, whose undefined attributes are none", () => {
    const { resourceSpans } = encode(spanRecord(), spanRecord());
    expect(resourceSpans).to.have.length(1);
    expect(resourceSpans[0]?.resource["attributes"]).to.deep.equal([
      { key: "service.name", value: { stringValue: "shop" } },
      { key: "process.pid", value: { intValue: "4711" } },
      { key: "tags", value: { arrayValue: { values: [{ stringValue: "a" }, {}] } } },
    ]);
  });

  it("with equal instrumentation scopes in one group, though they are two objects", () => {
    const [first, second] = [
      { name: "pg", version: "8" },
      { name: "pg", version: "8" },
    ];
    const request = encode(
      spanRecord({ instrumentationScope: first }),
      spanRecord({ instrumentationScope: second }),
    );
    expect(request.resourceSpans[0]?.scopeSpans.map(({ spans }) => spans.length)).to.deep.equal([2]);
  });

  for (const integer of [0, 1, -1, 127, 128, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53]) {
    it(`with ${integer} as an integer`, () => {
      expect(attribute(integer)).to.deep.equal({ intValue: String(integer) });
    });
  }

  for (const double of [-0, 0.5, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 5e-324, Number.MAX_VALUE]) {
    it(`with ${Object.is(double, -0) ? "-0" : double} as a double`, () => {
      expect(attribute(double)).to.deep.equal({ doubleValue: double });
    });
  }

  it("with the same text, by the loop and by Buffer, on both sides of every length", () => {
    for (let length = 0; length < 300; length++) {
      for (const unit of ["x", "é", "漢", "\udfff"]) {
        const value = `${"a".repeat(length)}${unit}`;
        expect(attribute(value), `${length} and ${unit}`).to.deep.equal(plainValue(value));
      }
    }
  });

  it("wherever the buffer ends and must grow", () => {
    // The first capacity is 2,048 bytes. Keys and negative numbers leave no room to spare behind them, as text
    // does; what fills the buffer up to them is no text either.
    const negatives = Array.from({ length: 15 }, () => -1);
    const attributes = ["k".repeat(40), negatives, "l".repeat(60), true];
    const event = {
      name: "",
      time: [1, 1] as [number, number],
      attributes: { ["k".repeat(40)]: negatives, ["l".repeat(60)]: true },
      droppedAttributesCount: 0,
    };
    for (let bytes = 1480; bytes < 1980; bytes++) {
      const filling = Array.from({ length: bytes >> 2 }, () => true);
      const name = "n".repeat(bytes & 3);
      const record = spanRecord({
        name,
        attributeList: ["filling", filling, ...attributes],
        events: [event],
      });
      expect(encode(record).resourceSpans[0]?.scopeSpans[0]?.spans).to.deep.equal([plainSpan(record)]);
    }
  });

  it("with null in an array, and what is no attribute value, as empty values", () => {
    expect(attribute(["a", null])).to.deep.equal({ arrayValue: { values: [{ stringValue: "a" }, {}] } });
    for (const nonsense of [null, undefined, new Date(0), 1n, Symbol("s"), () => 1]) {
      expect(attribute(nonsense)).to.deep.equal({});
    }
  });

  it("with arrays and maps within each other, and bytes", () => {
    const nested = [1, { key: ["deep"], bytes: new Uint8Array([0, 255]) }, {}];
    expect(attribute(nested)).to.deep.equal({
      arrayValue: {
        values: [
          { intValue: "1" },
          {
            kvlistValue: {
              values: [
                { key: "key", value: { arrayValue: { values: [{ stringValue: "deep" }] } } },
                { key: "bytes", value: { bytesValue: "AP8=" } },
              ],
            },
          },
          { kvlistValue: { values: [] } },
        ],
      },
    });
  });

  it("but not where an array contains itself, which costs the span alone", () => {
    const cycle: unknown[] = ["a"];
    cycle.push(cycle);
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    expect(encoder.append(spanRecord({ attributeList: ["key", cycle as string[]] }))).to.equal(false);
    expect(encoder.append(spanRecord({}))).to.equal(true);
  });

  it("with times that no double can hold, to the end of 64 bits", () => {
    for (const seconds of [0, 1, 2 ** 23 - 1, 2 ** 23, 1_758_000_000, 2 ** 33, 18_446_744_072]) {
      for (const nanoseconds of [0, 1, 294_967_295, 294_967_296, 999_999_999]) {
        const span = encodeOne({ startSeconds: seconds, startNanoseconds: nanoseconds });
        expect(span["startTimeUnixNano"]).to.equal(plainTime([seconds, nanoseconds]));
      }
    }
  });

  it("with numbers that make no sense as zero", () => {
    const span = encodeOne({
      startSeconds: NaN,
      startNanoseconds: Infinity,
      kind: NaN,
      droppedEventsCount: NaN,
    });
    expect(span).to.include({ startTimeUnixNano: "0", kind: 0, droppedEventsCount: 0 });
  });

  it("with W3C flags, and whether the parent is remote", () => {
    expect(encodeOne({ traceFlags: 1 })["flags"]).to.equal(0x101);
    expect(encodeOne({ traceFlags: 3, isParentRemote: false })["flags"]).to.equal(0x103);
    expect(encodeOne({ traceFlags: 0xff, isParentRemote: true })["flags"]).to.equal(0x3ff);
  });

  it("with a link whose ids are no hexadecimal, but without the ids", () => {
    const valid = { traceId: "A".repeat(32), spanId: "0".repeat(16), traceFlags: 0 };
    const contexts = [
      { ...valid, traceId: "g".repeat(32) },
      { ...valid, spanId: "1234" },
      { ...valid, spanId: undefined as unknown as string },
      valid,
    ];
    const links = contexts.map((context): LinkRecord => ({
      context,
      attributes: { key: "kept" },
      droppedAttributesCount: 0,
    }));
    const written = encodeOne({ links })["links"] as Plain[];
    const empty = { traceId: "", spanId: "" };
    expect(written.map(({ traceId, spanId }) => ({ traceId, spanId }))).to.deep.equal([
      empty,
      empty,
      empty,
      { traceId: Buffer.alloc(16, 0xaa).toString("base64"), spanId: Buffer.alloc(8).toString("base64") },
    ]);
    for (const link of written) expect(link["attributes"]).to.have.length(1);
  });

  it("after more different keys than are remembered", () => {
    for (let index = 0; index < 3000; index += 100) {
      const attributeList = Array.from({ length: 100 }, (_, offset) => [
        `key ${index + offset}`,
        offset,
      ]).flat();
      expect(encodeOne({ attributeList })).to.deep.equal(plainSpan(spanRecord({ attributeList })));
    }
  });
});
