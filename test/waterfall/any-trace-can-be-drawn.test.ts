import { expect } from "chai";
import * as fc from "fast-check";
import { columnsOf } from "../../src/waterfall/columns.ts";
import { drawTrace } from "../../src/waterfall/draw-trace.ts";
import type { WaterfallSpan } from "../../src/waterfall/span.ts";
import { span } from "./spans.ts";

const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "");
const text = fc.string({ unit: "binary", maxLength: 80 });
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anySpan: fc.Arbitrary<WaterfallSpan> = fc.record({
  traceId: text,
  spanId: id,
  parentSpanId: fc.option(id, { nil: undefined }),
  service: text,
  name: text,
  kind: fc.option(text, { nil: undefined }),
  start: time,
  end: time,
  failed: fc.boolean(),
  note: fc.option(text, { nil: undefined }),
});

describe("drawTrace, for any spans", () => {
  it("draws every span on a line of its own, within the width, without control characters", () => {
    fc.assert(
      fc.property(
        fc.array(anySpan, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 48, max: 200 }),
        (spans, width) => {
          const drawn = drawTrace(spans, { width });
          const lines = drawn.split("\n");
          expect(lines).to.have.lengthOf(spans.length + 3);
          expect(drawn).not.to.match(/(?!\n)\p{Cc}/u);
          for (const line of lines) expect(columnsOf(line)).to.be.at.most(width);
        },
      ),
    );
  });

  it("draws every span once, whatever their parents", () => {
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 40 }), (parents) => {
        const spans = parents.map((parent, index) =>
          span("abcdefg"[index] ?? `s${index}`, parent, index, index + 1, { name: `<${index}>` }),
        );
        const drawn = drawTrace(spans, { width: 200 });
        for (const index of parents.keys()) expect(drawn.split(`<${index}>`)).to.have.lengthOf(2);
      }),
    );
  });

  it("draws hostile names as text", () => {
    const [, , line] = drawTrace([span("x", "", 0, 1, { name: "\u001b[2Jgone\nforged" })]).split("\n");
    expect(line).to.contain("\\u{1b}[2Jgone\\u{a}forged");
  });

  it("counts wide characters as two columns and combining marks as none", () => {
    expect(columnsOf("日本")).to.equal(4);
    expect(columnsOf("e\u0301")).to.equal(1);
    expect(columnsOf("🚀")).to.equal(2);
    const [, , wide, narrow] = drawTrace([span("日本", "", 0, 1), span("ab", "", 0, 1)]).split("\n");
    expect(wide?.indexOf("█")).to.equal((narrow?.indexOf("█") ?? 0) - 2);
  });

  for (const [shape, parentOf] of [
    ["a chain", (index: number) => `s${index - 1}`],
    ["one family", () => "s0"],
    ["one cycle", (index: number) => `s${(index + 9_999) % 10_000}`],
  ] as const) {
    it(`draws 10,000 spans of ${shape}`, () => {
      const spans = Array.from({ length: 10_000 }, (_, index) =>
        span(`s${index}`, index === 0 && shape !== "one cycle" ? "" : parentOf(index), index, 20_000),
      );
      expect(drawTrace(spans).split("\n")).to.have.lengthOf(10_003);
    });
  }
});
