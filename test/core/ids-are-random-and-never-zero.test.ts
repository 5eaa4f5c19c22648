import { expect } from "chai";
import * as fc from "fast-check";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { SpanId, TraceId } from "../../src/core/ids.ts";
import { freshCopy } from "./fresh-copy.ts";

const hex = (digits: number) =>
  fc
    .uint8Array({ minLength: digits / 2, maxLength: digits / 2 })
    .map((bytes) => Buffer.from(bytes).toString("hex"));

/** What a fresh copy of the module makes first where the system's generator begins with zeros. */
async function firstHexAfterZeros(words: number, kind: "TraceId" | "SpanId"): Promise<string> {
  const { randomFillSync } = crypto;
  const withZeros = (pool: Int32Array): Int32Array => randomFillSync(pool).fill(0, 0, words);
  try {
    Object.assign(crypto, { randomFillSync: withZeros });
    syncBuiltinESMExports();
    return (await freshCopy<typeof import("../../src/core/ids.ts")>("core/ids.ts"))[kind].random().hex;
  } finally {
    Object.assign(crypto, { randomFillSync });
    syncBuiltinESMExports();
  }
}

describe("ids", () => {
  it("are 32 and 16 lowercase hexadecimal digits", () => {
    for (let each = 0; each < 1000; each += 1) {
      expect(TraceId.random().hex).to.match(/^[\da-f]{32}$/);
      expect(SpanId.random().hex).to.match(/^[\da-f]{16}$/);
    }
  });

  it("never repeat, beyond one filling of the pool", () => {
    const count = 5000;
    expect(new Set(Array.from({ length: count }, () => TraceId.random().hex)).size).to.equal(count);
    expect(new Set(Array.from({ length: count }, () => SpanId.random().hex)).size).to.equal(count);
  });

  it("use every bit", () => {
    const ids = Array.from({ length: 200 }, () => BigInt(`0x${TraceId.random().hex}`));
    const ones = ids.reduce((all, id) => all | id);
    const zeros = ids.reduce((all, id) => all & id);
    expect([ones, zeros]).to.deep.equal([2n ** 128n - 1n, 0n]);
  });

  it("survive the way from hex and back", () => {
    fc.assert(
      fc.property(hex(32), hex(16), (traceHex, spanHex) => {
        const { a, b, c, d } = TraceId.fromHex(traceHex);
        const { high, low } = SpanId.fromHex(spanHex);
        expect(new TraceId(a, b, c, d).hex).to.equal(traceHex);
        expect(new SpanId(high, low).hex).to.equal(spanHex);
      }),
    );
  });

  it("are words of 32 bits, which the bytes of an id are made of", () => {
    const { a, b, c, d } = TraceId.fromHex("000000017fffffff80000000ffffffff");
    expect([a, b, c, d]).to.deep.equal([1, 2 ** 31 - 1, -(2 ** 31), -1]);
  });

  it("are never all zero, even if the system's generator gives zeros", async () => {
    expect(await firstHexAfterZeros(8, "TraceId")).not.to.match(/^0+$/);
    expect(await firstHexAfterZeros(6, "SpanId")).not.to.match(/^0+$/);
    expect(await firstHexAfterZeros(3, "TraceId")).to.match(/^0{24}[\da-f]{8}$/);
  });
});
