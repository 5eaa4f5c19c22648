import { expect } from "chai";
import * as fc from "fast-check";
import { createRequire } from "node:module";
import { decodeMetricsJson } from "../../src/otlp/decode-metrics-json.ts";
import { decodeMetrics } from "../../src/otlp/decode-metrics.ts";
import { decodeTracesJson } from "../../src/otlp/decode-traces-json.ts";
import { decodeTraces } from "../../src/otlp/decode-traces.ts";
import { writeMetrics, writeTraces } from "./oracle.ts";
import { METRICS, SPANS } from "./received-requests.ts";
import { asJson, METRIC_REQUEST, TRACE_REQUEST } from "./requests.ts";
import { anySpanRecord, plainSpan } from "./span-records.ts";

const json = (request: unknown): string => JSON.stringify(asJson(request));

describe("received telemetry is decoded", () => {
  it("spans from protobuf", () => {
    expect(decodeTraces(writeTraces(TRACE_REQUEST))).to.deep.equal(SPANS);
  });

  it("spans from JSON", () => {
    expect(decodeTracesJson(json(TRACE_REQUEST))).to.deep.equal(SPANS);
  });

  it("metrics from protobuf, but for those without data", () => {
    expect(decodeMetrics(writeMetrics(METRIC_REQUEST))).to.deep.equal(METRICS);
  });

  it("metrics from JSON, but for those without data", () => {
    expect(decodeMetricsJson(json(METRIC_REQUEST))).to.deep.equal(METRICS);
  });

  it("to the same spans from both, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(anySpanRecord.map(plainSpan), { maxLength: 4 }), (spans) => {
        const scopeSpans = [{ scope: { name: "any" }, spans: spans.map((span) => withBytes(span)) }];
        const request = { resourceSpans: [{ resource: { attributes: [] }, scopeSpans }] };
        const text = JSON.stringify(asJson(request), (_, value: unknown) =>
          typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
        );
        const decoded = decodeTraces(writeTraces(request));
        expect(decoded).to.have.length(spans.length);
        // JSON has no -0.
        expect(withoutSigns(decoded)).to.deep.equal(withoutSigns(decodeTracesJson(text)));
      }),
      { numRuns: 100 },
    );
  });

  it("from a Buffer's view and from bytes of a larger memory alike", () => {
    const body = writeTraces(TRACE_REQUEST);
    const memory = new Uint8Array(body.length + 20).fill(255);
    memory.set(body, 7);
    expect(decodeTraces(memory.subarray(7, 7 + body.length))).to.deep.equal(SPANS);
  });

  it("to no spans and no metrics from an empty body", () => {
    expect(decodeTraces(new Uint8Array(0))).to.deep.equal([]);
    expect(decodeMetrics(new Uint8Array(0))).to.deep.equal([]);
    expect(decodeTracesJson("{}")).to.deep.equal([]);
    expect(decodeMetricsJson("{}")).to.deep.equal([]);
  });

  it("the resource also where it comes after the spans", () => {
    const [ofResource] = TRACE_REQUEST.resourceSpans;
    const parts = [{ scopeSpans: ofResource?.scopeSpans }, { resource: ofResource?.resource }];
    // The contents of two ResourceSpans, one after the other, are one with its fields in that order.
    const contents = parts.map((part) => stripHead(writeTraces({ resourceSpans: [part] })));
    expect(decodeTraces(field(1, Buffer.concat(contents)))).to.deep.equal(SPANS);
  });

  it("with fields of any wire type skipped that are not known", () => {
    const unknown = Buffer.from([0x98, 0x3f, 0x80, 0x01, 0x9a, 0x3f, 0x02, 1, 2, 0x9d, 0x3f, 1, 2, 3, 4]);
    const fixed64 = Buffer.from([0x99, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8]);
    const body = Buffer.concat([unknown, fixed64, writeTraces(TRACE_REQUEST), unknown]);
    expect(decodeTraces(body)).to.deep.equal(SPANS);
    const extra = { ...(asJson(TRACE_REQUEST) as object), unknown: [{ nested: null }] };
    expect(decodeTracesJson(JSON.stringify(extra))).to.deep.equal(SPANS);
  });

  it("with lists of numbers that are not packed", () => {
    const count = Buffer.from([0x31, 5, 0, 0, 0, 0, 0, 0, 0]);
    const bound = Buffer.concat([Buffer.from([0x39]), Buffer.from(new Float64Array([0.5]).buffer)]);
    const histogram = field(9, field(1, Buffer.concat([count, bound, count])));
    const [metric] = decodeMetrics(field(1, field(2, field(2, histogram))));
    expect(metric?.points[0]).to.deep.include({ bucketCounts: [5, 5], bounds: [0.5] });
  });

  it("enums by number and by name, and numbers as strings", () => {
    const span = { traceId: "AB".repeat(16), spanId: "01".repeat(8), kind: "SPAN_KIND_CLIENT", flags: "257" };
    const status = { code: "STATUS_CODE_ERROR" };
    const resourceSpans = [
      { scopeSpans: [{ spans: [{ ...span, status, startTimeUnixNano: 12, name: null }] }] },
    ];
    expect(decodeTracesJson(JSON.stringify({ resourceSpans }))[0]).to.deep.include({
      traceId: "ab".repeat(16),
      kind: 3,
      flags: 257,
      status: { code: 2, message: "" },
      startTimeUnixNano: 12n,
      name: "",
    });
    const sum = {
      aggregationTemporality: "AGGREGATION_TEMPORALITY_CUMULATIVE",
      dataPoints: [{ asDouble: "NaN" }],
    };
    const resourceMetrics = [{ scopeMetrics: [{ metrics: [{ sum }] }] }];
    const [metric] = decodeMetricsJson(JSON.stringify({ resourceMetrics }));
    expect(metric).to.include({ temporality: 2 });
    expect(metric?.points[0]?.value).to.deep.equal(NaN);
  });

  it("what the official exporter sends as JSON", () => {
    const { JsonTraceSerializer } = createRequire(import.meta.url)("@opentelemetry/otlp-transformer") as {
      JsonTraceSerializer: { serializeRequest(spans: object[]): Uint8Array };
    };
    const context = { traceId: "ab".repeat(16), spanId: "01".repeat(8), traceFlags: 1 };
    const text = Buffer.from(
      JsonTraceSerializer.serializeRequest([
        {
          name: "official",
          kind: 1,
          spanContext: () => context,
          parentSpanContext: { ...context, spanId: "02".repeat(8), isRemote: true },
          startTime: [1_758_000_000, 1],
          endTime: [1_758_000_001, 2],
          status: { code: 2, message: "bad" },
          attributes: { text: "a", number: -5, double: 0.5, list: ["a", null], flag: true },
          links: [{ context, attributes: {} }],
          events: [{ name: "retry", time: [1, 2], attributes: { attempt: 2 } }],
          droppedAttributesCount: 0,
          droppedEventsCount: 0,
          droppedLinksCount: 0,
          resource: { attributes: { "service.name": "shop" } },
          instrumentationScope: { name: "official", version: "2" },
        },
      ]),
    ).toString();
    const [span] = decodeTracesJson(text);
    expect(span).to.include({ name: "official", kind: 2, traceId: context.traceId, flags: 0x301 });
    expect(span).to.include({ parentSpanId: "02".repeat(8), startTimeUnixNano: 1_758_000_000_000_000_001n });
    expect({ ...span?.attributes }).to.deep.equal({
      text: "a",
      number: -5,
      double: 0.5,
      list: ["a", null],
      flag: true,
    });
    expect({ ...span?.events[0]?.attributes }).to.deep.equal({ attempt: 2 });
    expect(span?.links[0]?.spanId).to.equal(context.spanId);
    expect({ ...span?.resource }).to.deep.equal({ "service.name": "shop" });
    expect(span?.scope).to.deep.equal({ name: "official", version: "2" });
  });
});

/** The oracle's plain form has ids as base64. */
function withBytes(value: unknown, key = ""): unknown {
  if (typeof value === "string" && key.endsWith("Id")) return Buffer.from(value, "base64");
  if (Array.isArray(value)) return value.map((element) => withBytes(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withBytes(part, name)]));
}

function withoutSigns(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutSigns);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSigns(part)]));
}

/** One embedded message of less than 16,384 bytes. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([(number << 3) | 2, (content.length & 127) | 128, content.length >> 7]),
    content,
  ]);
}

/** The content of a body's only field. */
function stripHead(body: Uint8Array): Uint8Array {
  let end = 1;
  while ((body[end] ?? 0) > 127) end++;
  return body.subarray(end + 1);
}
