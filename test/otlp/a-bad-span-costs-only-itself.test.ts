import type { Link } from "@opentelemetry/api";
import { expect } from "chai";
import { writeSpan } from "../../src/otlp/encode-span.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import type { LinkRecord, SpanRecord } from "../../src/trace/record.ts";
import { readTraces } from "./oracle.ts";
import { plainSpan, SCOPE, spanRecord } from "./span-records.ts";

const RESOURCE = { attributes: { "service.name": "shop" } };
const GOOD = [spanRecord({ name: "first" }), spanRecord({ name: "second" })];

function spansOf(body: Uint8Array): unknown[] {
  return readTraces(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Appends a good span, a bad one and another good one; only the good ones may arrive. */
function expectOnlyTheGood(bad: SpanRecord): void {
  const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
  const [first, second] = GOOD.map((record) => () => encoder.append(record));
  expect([first?.(), encoder.append(bad), second?.()]).to.deep.equal([true, false, true]);
  expect(encoder.recordCount).to.equal(2);
  const { byteLength } = encoder;
  const body = encoder.take();
  expect(body).to.have.length(byteLength);
  expect(spansOf(body)).to.deep.equal(GOOD.map(plainSpan));
}

/** A link whose trace state runs the user's code in the middle of the encoding. */
function linkThatRuns(serialize: () => string): LinkRecord {
  const traceState = { serialize } as NonNullable<Link["context"]["traceState"]>;
  const context = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1, traceState };
  return { context, attributes: {}, droppedAttributesCount: 0 };
}

function fails(): string {
  throw new Error("serialize's own");
}

describe("a bad span costs only itself", () => {
  for (const field of Object.keys(spanRecord()) as (keyof SpanRecord)[]) {
    it(`where reading its ${field} throws`, () => {
      const bad = Object.defineProperty(
        { ...spanRecord({ attributeList: ["a", "x".repeat(5000)] }) },
        field,
        {
          get: () => {
            throw new Error("a getter's own");
          },
        },
      );
      expectOnlyTheGood(bad);
    });
  }

  it("where something throws after the buffer has grown", () => {
    const link = Object.defineProperty({ ...linkThatRuns(() => "") }, "attributes", { get: fails });
    expectOnlyTheGood(spanRecord({ attributeList: ["a", "x".repeat(100_000)], links: [link] }));
  });

  it("and a link's trace state that cannot be told costs not even that", () => {
    for (const serialize of [fails, () => 7 as unknown as string]) {
      const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
      expect(encoder.append(spanRecord({ links: [linkThatRuns(serialize)] }))).to.equal(true);
      expect(spansOf(encoder.take())).to.have.length(1);
    }
  });

  it("and a span can be taken out again, as if it had never been appended", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    const [first = spanRecord(), second = spanRecord()] = GOOD;
    encoder.append(first);
    for (const instrumentationScope of [first.instrumentationScope, { name: "other" }]) {
      encoder.append(spanRecord({ name: "giant", instrumentationScope }));
      encoder.retract();
      encoder.retract();
    }
    encoder.append(second);
    const { byteLength } = encoder;
    const body = encoder.take();
    expect(body).to.have.length(byteLength);
    expect(spansOf(body)).to.deep.equal(GOOD.map(plainSpan));
  });

  it("where what should be text is none", () => {
    expectOnlyTheGood(spanRecord({ name: 5 as unknown as string }));
    expectOnlyTheGood(spanRecord({ attributeList: [{}, "value"] }));
  });

  it("where its instrumentation scope is none, or throws", () => {
    const throwing = {
      get name(): string {
        throw new Error("a getter's own");
      },
    };
    expectOnlyTheGood(spanRecord({ instrumentationScope: throwing }));
    expectOnlyTheGood(spanRecord({ instrumentationScope: { name: undefined as unknown as string } }));
  });

  it("and its instrumentation scope does not show in the body", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    encoder.append(spanRecord());
    encoder.append(spanRecord({ instrumentationScope: { name: "other" }, name: 5 as unknown as string }));
    const { byteLength } = encoder;
    const body = encoder.take();
    expect(body).to.have.length(byteLength);
    expect(readTraces(body).resourceSpans[0]?.scopeSpans.map(({ scope }) => scope)).to.deep.equal([
      { name: "orders", version: "1.2.3", attributes: [], droppedAttributesCount: 0 },
    ]);
  });

  it("while a span that ends inside another's encoding is refused, and nothing can be taken there", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    encoder.append(spanRecord({ name: "before" }));
    const seen: unknown[] = [];
    const outer = spanRecord({
      links: [
        linkThatRuns(() => {
          seen.push(encoder.append(spanRecord({ instrumentationScope: SCOPE })));
          seen.push(encoder.recordCount, encoder.byteLength, encoder.take().length);
          return "a=1";
        }),
      ],
    });
    expect(encoder.append(outer)).to.equal(true);
    expect(seen).to.deep.equal([false, 0, 0, 0]);
    expect(spansOf(encoder.take())).to.deep.equal([spanRecord({ name: "before" }), outer].map(plainSpan));
  });
});
