import { expect } from "chai";
import { writeSpan } from "../../src/otlp/encode-span.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import { heldByBuffers, heldByObjects } from "./held-memory.ts";
import { readTraces } from "./oracle.ts";
import { spanRecord } from "./span-records.ts";

const RESOURCE = { attributes: { "service.name": "shop" } };
const MIB = 1024 * 1024;

function spanOf(bytes: number, scope = "orders"): ReturnType<typeof spanRecord> {
  return spanRecord({ name: "x".repeat(bytes), instrumentationScope: { name: scope } });
}

describe("a batch is exactly what it says", () => {
  it("in bytes, after each span of several scopes, across every length of lengths", () => {
    for (const step of [0, 12, 57, 1000, 9000]) {
      const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
      const twin = new RecordBatchEncoder(RESOURCE, writeSpan);
      for (let count = 0; count < 25; count++) {
        for (let again = 0; again <= count; again++) twin.append(spanOf(step * again, `scope ${again % 3}`));
        encoder.append(spanOf(step * count, `scope ${count % 3}`));
        const { byteLength } = encoder;
        expect(twin.byteLength).to.equal(byteLength);
        expect(twin.take()).to.have.length(byteLength);
      }
    }
  });

  it("in spans, and empty once it is taken", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    expect([encoder.recordCount, encoder.byteLength, encoder.take().length]).to.deep.equal([0, 0, 0]);
    encoder.append(spanOf(10));
    encoder.append(spanOf(10));
    expect(encoder.recordCount).to.equal(2);
    encoder.take();
    expect([encoder.recordCount, encoder.byteLength, encoder.take().length]).to.deep.equal([0, 0, 0]);
  });

  it("in memory of its own, which the next batch does not touch", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    encoder.append(spanOf(10));
    const body = encoder.take();
    const copy = Uint8Array.from(body);
    expect(body.buffer.byteLength).to.equal(body.length);
    encoder.append(spanOf(200));
    encoder.take();
    expect(Uint8Array.from(body)).to.deep.equal(copy);
  });

  it("and of small spans again after a giant one", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    encoder.append(spanOf(3 * MIB));
    expect(readTraces(encoder.take()).resourceSpans[0]?.scopeSpans[0]?.spans[0]?.["name"]).to.have.length(
      3 * MIB,
    );
    encoder.append(spanOf(3));
    expect(readTraces(encoder.take()).resourceSpans[0]?.scopeSpans[0]?.spans[0]?.["name"]).to.equal("xxx");
  });

  it("while the memory of a giant span is given back", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    const before = heldByBuffers();
    encoder.append(spanOf(20 * MIB));
    expect(heldByBuffers() - before).to.be.above(20 * MIB);
    encoder.take();
    expect(heldByBuffers() - before).to.be.below(1.5 * MIB);
    expect(encoder.append(spanOf(5))).to.equal(true);
  });

  it("while scopes that are used no more are forgotten, and many at once hold 1 MiB", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    const before = heldByBuffers();
    for (let scope = 0; scope < 1500; scope++) encoder.append(spanOf(5, `scope ${scope}`));
    encoder.take();
    expect(heldByBuffers() - before).to.be.below(1.5 * MIB);
    for (let scope = 0; scope < 1500; scope++) {
      encoder.append(spanOf(5, `later scope ${scope}`));
      encoder.take();
    }
    expect(heldByBuffers() - before).to.be.below(MIB / 4);
    expect(encoder.append(spanOf(5))).to.equal(true);
  });

  it("while scopes of which every span is bad are forgotten too", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    const before = heldByBuffers();
    for (let scope = 0; scope < 1500; scope++) {
      encoder.append({ ...spanOf(5, `scope ${scope}`), name: 5 as unknown as string });
    }
    expect(heldByBuffers() - before).to.be.below(MIB / 4);
    expect(encoder.append(spanOf(5))).to.equal(true);
  });

  it("while keys that are made up at run time are forgotten", () => {
    const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
    const before = heldByObjects();
    for (let index = 0; index < 20_000; index++) {
      encoder.append(spanRecord({ attributeList: [`key ${index}`, index] }));
      encoder.take();
    }
    expect(heldByObjects() - before).to.be.below(MIB);
    expect(encoder.append(spanOf(5))).to.equal(true);
  });
});
