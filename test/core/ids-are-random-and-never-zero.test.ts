import { expect } from "chai";
import * as fc from "fast-check";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { setImmediate as immediate } from "node:timers/promises";
import { troubles } from "../../src/core/diagnostics.ts";
import { type IdGenerator, idsOf, SpanId, TraceId } from "../../src/core/ids.ts";
import { silently } from "../stderr.ts";
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

const fails = (): never => {
  throw new Error("no entropy");
};
const rejects = async (): Promise<never> => fails();

describe("an id generator that fails", () => {
  for (const [what, generator] of Object.entries<object>({
    "by throwing": { generateTraceId: fails, generateSpanId: fails },
    "by rejecting, being async": { generateTraceId: rejects, generateSpanId: rejects },
    "by ids of the wrong length": {
      generateTraceId: () => "1".repeat(16),
      generateSpanId: () => "1".repeat(32),
    },
    "by ids that are all zero": {
      generateTraceId: () => "0".repeat(32),
      generateSpanId: () => "0".repeat(16),
    },
    "by ids that are no text": { generateTraceId: () => 5, generateSpanId: () => undefined },
    "where it says whether it is random": {
      generateTraceId: fails,
      generateSpanId: fails,
      get isRandom() {
        return fails();
      },
    },
  })) {
    it(`${what} costs no span: its id is random, and the failure is counted`, async () => {
      const before = troubles().plugin_failed ?? 0;
      const made: string[] = [];
      silently(() => {
        const ids = idsOf(generator as IdGenerator);
        expect(ids.isRandom).to.equal(false);
        made.push(ids.traceId().hex, ids.traceId().hex, ids.spanId().hex, ids.spanId().hex);
      });
      await immediate();
      expect(made.map((id) => id.length)).to.deep.equal([32, 32, 16, 16]);
      expect(new Set(made)).to.have.property("size", 4);
      expect((troubles().plugin_failed ?? 0) - before).to.be.within(4, 5);
    });
  }

  it("only where it says whether it is random, which is counted, is used all the same", () => {
    const before = troubles().plugin_failed ?? 0;
    silently(() => {
      const ids = idsOf({
        generateTraceId: () => "1".repeat(32),
        generateSpanId: () => "2".repeat(16),
        get isRandom() {
          return fails();
        },
      });
      expect([ids.traceId().hex, ids.spanId().hex]).to.deep.equal(["1".repeat(32), "2".repeat(16)]);
    });
    expect((troubles().plugin_failed ?? 0) - before).to.equal(1);
  });
});
