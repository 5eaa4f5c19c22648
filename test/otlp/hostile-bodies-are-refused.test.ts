import { expect } from "chai";
import * as fc from "fast-check";
import { decodeLogs } from "../../src/otlp/decode-logs.ts";
import { decodeMetricsJson } from "../../src/otlp/decode-metrics-json.ts";
import { decodeMetrics } from "../../src/otlp/decode-metrics.ts";
import { decodeTracesJson } from "../../src/otlp/decode-traces-json.ts";
import { decodeTraces } from "../../src/otlp/decode-traces.ts";
import { MalformedOtlpError } from "../../src/otlp/malformed-otlp-error.ts";
import { logsProtobuf } from "../devtools/otlp-requests.ts";
import { heldByObjects } from "./held-memory.ts";
import { writeMetrics, writeTraces } from "./oracle.ts";
import { asJson, METRIC_REQUEST, TRACE_REQUEST } from "./requests.ts";

const TRACES = writeTraces(TRACE_REQUEST);
const METRICS = writeMetrics(METRIC_REQUEST);
const LOGS = logsProtobuf();
const TRACES_JSON = JSON.stringify(asJson(TRACE_REQUEST));
const METRICS_JSON = JSON.stringify(asJson(METRIC_REQUEST));

/** Success, or the one error: anything else is thrown on. */
function survives(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof MalformedOtlpError)) throw error;
  }
}

function survivesAsAll(body: Uint8Array): void {
  survives(() => decodeTraces(body));
  survives(() => decodeMetrics(body));
  survives(() => decodeLogs(body));
}

function refuses(body: number[] | Uint8Array): void {
  expect(() => decodeTraces(Uint8Array.from(body))).to.throw(MalformedOtlpError);
}

function refusesJson(request: unknown): void {
  expect(() => decodeTracesJson(JSON.stringify(request)), JSON.stringify(request)).to.throw(
    MalformedOtlpError,
  );
}

/** A request with one span in JSON. */
function ofSpan(fields: object): unknown {
  const span = { traceId: "ab".repeat(16), spanId: "01".repeat(8), ...fields };
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
}

function ofValue(value: unknown): unknown {
  return ofSpan({ attributes: [{ key: "key", value }] });
}

/** A value of that depth: lists and maps by turns around one text. */
function nested(depth: number): unknown {
  let value: unknown = { stringValue: "core" };
  for (let level = 1; level < depth; level++) {
    value =
      level % 2 === 0
        ? { arrayValue: { values: [value] } }
        : { kvlistValue: { values: [{ key: "key", value }] } };
  }
  return value;
}

function nestedInProtobuf(depth: number): Uint8Array {
  const span = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1) };
  const attributes = [{ key: "key", value: nested(depth) }];
  return writeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, attributes }] }] }] });
}

describe("hostile bodies are refused", () => {
  it("random bytes, with nothing but the one error", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survivesAsAll), { numRuns: 1000 });
  });

  it("valid bytes cut off anywhere", () => {
    for (const [decode, body] of [
      [decodeTraces, TRACES],
      [decodeMetrics, METRICS],
      [decodeLogs, LOGS],
    ] as const) {
      for (let length = 1; length < body.length; length++) {
        survives(() => decode(body.subarray(0, length)));
      }
      expect(() => decode(body.subarray(0, -1)).length).to.throw(MalformedOtlpError);
    }
  });

  it("valid bytes with any bit flipped", () => {
    for (const body of [TRACES, METRICS]) {
      for (let bit = 0; bit < body.length * 8; bit++) {
        const flipped = Uint8Array.from(body);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        survivesAsAll(flipped);
      }
    }
  });

  it("valid bytes with any stretch replaced", () => {
    const replaced = fc.tuple(fc.constantFrom(TRACES, METRICS), fc.nat(), fc.uint8Array({ maxLength: 12 }));
    fc.assert(
      fc.property(replaced, ([body, at, bytes]) => {
        const changed = Uint8Array.from(body);
        changed.set(bytes, at % (body.length - bytes.length));
        survivesAsAll(changed);
      }),
      { numRuns: 1000 },
    );
  });

  it("JSON of any kind, and valid JSON with any part cut out", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        survives(() => decodeTracesJson(text));
        survives(() => decodeMetricsJson(text));
      }),
    );
    for (const [decode, text] of [
      [decodeTracesJson, TRACES_JSON],
      [decodeMetricsJson, METRICS_JSON],
    ] as const) {
      for (let at = 0; at < text.length; at++) {
        survives(() => decode(text.slice(0, at) + text.slice(at + 1)));
        survives(() => decode(text.slice(0, at)));
      }
    }
  });

  it("JSON with any value in the place of any other", () => {
    const values: unknown[] = [null, true, -1, 1.5, 1e300, "", "x", [], [null], [1], {}, { values: 1 }];
    for (const [decode, request] of [
      [decodeTracesJson, asJson(TRACE_REQUEST)],
      [decodeMetricsJson, asJson(METRIC_REQUEST)],
    ] as const) {
      const places = countOf(request);
      for (let place = 0; place < places; place++) {
        for (const value of values) survives(() => decode(JSON.stringify(replaceAt(request, place, value))));
      }
    }
  });

  it("a length beyond the end, without memory for it", () => {
    refuses([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    refuses([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    refuses([0x0a, 5, 1]);
    // Beyond the end of the message around it, though not of the body.
    const inner = Uint8Array.from([0x0a, 2, 0x12, 3, 0x9a, 0x3f, 0]);
    expect(() => decodeTraces(inner)).to.throw(MalformedOtlpError, "beyond the end");
  });

  it("a varint of more than ten bytes, field 0, a group, and a wrong wire type", () => {
    refuses([0x98, 0x3f, ...Buffer.alloc(10, 0xff), 1]);
    refuses([0x02, 0]);
    refuses([0x0b]);
    refuses([0x08, 1]);
  });

  it("values nested deeper than 65, but not those of 65", () => {
    expect(decodeTraces(nestedInProtobuf(65))).to.have.length(1);
    expect(decodeTracesJson(JSON.stringify(ofValue(nested(65))))).to.have.length(1);
    refuses(nestedInProtobuf(66));
    refusesJson(ofValue(nested(66)));
  });

  it("nesting without end", () => {
    refusesJson(ofValue(nested(500)));
    const start = '{"resourceSpans":[{"resource":{"attributes":[{"value":';
    const values = `${'{"arrayValue":{"values":['.repeat(100_000)}${"]}}".repeat(100_000)}`;
    expect(() => decodeTracesJson(`${start}${values}}]}}]}`)).to.throw(MalformedOtlpError, "nested");
    expect(() => decodeTracesJson("[".repeat(2_000_000))).to.throw(MalformedOtlpError);
    expect(() => decodeTracesJson(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)).not.to.throw();
  });

  it("spans without ids, and ids of the wrong length or form", () => {
    refusesJson(ofSpan({ traceId: "" }));
    refusesJson(ofSpan({ spanId: null }));
    refusesJson(ofSpan({ traceId: "xy".repeat(16) }));
    refusesJson(ofSpan({ parentSpanId: "01" }));
    refusesJson(ofSpan({ links: [{ traceId: "01" }] }));
    refuses(writeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: "no ids" }] }] }] }));
    const tooLong = { traceId: Buffer.alloc(17), spanId: Buffer.alloc(8) };
    refuses(writeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [tooLong] }] }] }));
  });

  it("numbers out of range, and integers of any length at once", () => {
    for (const startTimeUnixNano of [-1, "-1", "18446744073709551616", 1.5, "x", "", "9".repeat(1e6), {}]) {
      refusesJson(ofSpan({ startTimeUnixNano }));
    }
    for (const flags of [2 ** 32, -1, "4294967296"]) refusesJson(ofSpan({ flags }));
    for (const intValue of ["9223372036854775808", 1e300, true]) refusesJson(ofValue({ intValue }));
    for (const doubleValue of ["", "1e", "nan", []]) refusesJson(ofValue({ doubleValue }));
    refusesJson(ofValue({ bytesValue: "ä" }));
    refusesJson(ofSpan({ kind: "SPAN_KIND_MADE_UP" }));
  });

  it("nor do they get memory for keys that look like indexes of arrays", () => {
    const body = twoThousandEventsWith("1000");
    const before = heldByObjects();
    const [span] = decodeTraces(body);
    expect(heldByObjects() - before).to.be.below(4 * 1024 * 1024);
    expect(span?.events[1999]?.attributes["1000"]).to.equal("x");
  });
});

function twoThousandEventsWith(key: string): Uint8Array {
  const event = { attributes: [{ key, value: { stringValue: "x" } }] };
  const events = Array.from({ length: 2000 }, () => event);
  const span = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1), events };
  return writeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}

function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + countOf(part), 1);
}

/** The value with its part at a place, in the order of reading, replaced. */
function replaceAt(value: unknown, place: number, by: unknown): unknown {
  if (place === 0) return by;
  if (typeof value !== "object" || value === null) return value;
  let start = 1;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => {
    const size = countOf(part);
    const at = place - start;
    start += size;
    return [key, at >= 0 && at < size ? replaceAt(part, at, by) : part];
  });
  return Array.isArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}
