import { expect } from "chai";
import { drawBar } from "../../src/waterfall/bar.ts";
import { durationText } from "../../src/waterfall/duration.ts";
import { lineWidth } from "../../src/waterfall/line-width.ts";
import { quantityText } from "../../src/waterfall/quantity.ts";

describe("durations", () => {
  for (const [nanoseconds, text] of [
    [0n, "0 µs"],
    [250n, "0.25 µs"],
    [9_990n, "9.99 µs"],
    [9_996n, "10.0 µs"],
    [999_499n, "999 µs"],
    [999_500n, "1.00 ms"],
    [12_345_678n, "12.3 ms"],
    [999_499_999n, "999 ms"],
    [999_500_000n, "1.00 s"],
    [59_949_999_999n, "59.9 s"],
    [59_950_000_000n, "1m 00s"],
    [3_599_000_000_000n, "59m 59s"],
    [3_600_000_000_000n, "1h 00m"],
    [86_400_000_000_000n, "1d 00h"],
    [2n ** 64n - 1n, "213504d 00h"],
  ] as const) {
    it(`${nanoseconds} ns read ${text}`, () => {
      expect(durationText(nanoseconds)).to.equal(text);
    });
  }
});

describe("quantities", () => {
  for (const [quantity, text] of [
    [0, "0"],
    [1_234_567, "1,234,567"],
    [-1_234, "-1,234"],
    [18_446_744_073_709_551_615n, "18,446,744,073,709,551,615"],
    [0.1 + 0.2, "0.3"],
    [12_345.678, "12,346"],
    [1e300, "1e+300"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
  ] as const) {
    it(`${quantity} reads ${text}`, () => {
      expect(quantityText(quantity)).to.equal(text);
    });
  }
});

describe("bars", () => {
  for (const [from, to, bar] of [
    [0, 1, "██████████"],
    [0, 0, "▏"],
    [1, 1, "         ▏"],
    [0.5, 0.55, "     ▌"],
    [0.5, 1, "     █████"],
    [0.25, 0.75, "  █████▌"],
  ] as const) {
    it(`from ${from} to ${to} is "${bar}"`, () => {
      expect(drawBar(from, to, 10)).to.equal(bar);
    });
  }
});

describe("widths", () => {
  for (const [given, width] of [
    [undefined, 100],
    [0, 100],
    [Number.NaN, 100],
    [47, 48],
    [48, 48],
    [120.5, 120],
    [1_000, 1_000],
    [Number.POSITIVE_INFINITY, 1_000],
  ] as const) {
    it(`of ${given} are drawn as ${width}`, () => {
      expect(lineWidth(given)).to.equal(width);
    });
  }
});
