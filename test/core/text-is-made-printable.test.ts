import { expect } from "chai";
import { printable } from "../../src/core/printable.ts";

/** All of the Basic Multilingual Plane, one character each, without halves of surrogate pairs. */
const CHARACTERS = Array.from({ length: 0x1_00_00 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => character.isWellFormed(),
);

describe("printable", () => {
  it("shows line breaks and escape sequences instead of obeying them", () => {
    expect(printable("a\nb\r\u001b[31mc\u0000")).to.equal("a\\u{a}b\\u{d}\\u{1b}[31mc\\u{0}");
  });

  for (const [what, pattern] of [
    ["control characters", /\p{Cc}/u],
    ["line and paragraph separators", /[\p{Zl}\p{Zp}]/u],
    ["direction marks", /\p{Bidi_Control}/u],
  ] as const) {
    it(`leaves no ${what}`, () => {
      const left = CHARACTERS.filter(
        (character) => pattern.test(character) && pattern.test(printable(character)),
      );
      expect(left.map((character) => character.charCodeAt(0).toString(16))).to.deep.equal([]);
    });
  }

  it("leaves letters, digits, spaces, punctuation and emoji of all languages", () => {
    const text = "GET /käse?x=1 — 価格 ‘quoted’ مرحبا 🙂";
    expect(printable(text)).to.equal(text);
    const changed = CHARACTERS.filter((character) => /[\p{L}\p{N}\p{P}\p{S}\p{Zs}]/u.test(character)).filter(
      (character) => printable(character) !== character,
    );
    expect(changed).to.deep.equal([]);
  });
});
