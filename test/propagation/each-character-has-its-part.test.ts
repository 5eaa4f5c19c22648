import { expect } from "chai";
import { propagation } from "@opentelemetry/api";
import { formatBaggage, parseBaggage } from "../../src/propagation/baggage.ts";
import { TraceState } from "../../src/propagation/trace-state.ts";

/** All of ASCII, and some beyond it. */
const CHARACTERS = [
  ...Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)),
  "\u2003",
  "\u20ac",
  "\ud800",
];

// By hand from the grammars of W3C Trace Context Level 2, 3.3.1, W3C Baggage, 3.3.1, and RFC 9110, 5.6.2.
const FIRST_OF_KEY = /^[a-z0-9]$/;
const KEY = /^[a-z0-9_\-*/@]$/;
const VALUE = /^[ !-+\-./0-9:;<>?@A-Z[\\\]^_`a-z{|}~]$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/;
const OCTET = /^[!#$%&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]$/;

const state = (header: string) => TraceState.parse(header)?.serialize();
const changed = (key: string, value: string) => TraceState.parse("z=1")?.set(key, value).serialize();
const through = (header: string) => formatBaggage(parseBaggage(header) ?? propagation.createBaggage());

describe("of all characters", () => {
  for (const character of CHARACTERS) {
    const code = character.charCodeAt(0).toString(16);
    if (character === "," || character === "=") continue;

    it(`U+${code.padStart(4, "0")} is taken where tracestate may have it, and nowhere else`, () => {
      const isSpace = character === " " || character === "\t";
      const first = `${character}a=1`;
      const later = `a${character}b=1`;
      const value = `a=1${character}2`;
      const last = `a=1${character}`;
      expect(state(first)).to.equal(isSpace ? "a=1" : FIRST_OF_KEY.test(character) ? first : undefined);
      expect(state(later)).to.equal(KEY.test(character) ? later : undefined);
      expect(state(value)).to.equal(VALUE.test(character) ? value : undefined);
      expect(state(last)).to.equal(isSpace ? "a=1" : VALUE.test(character) ? last : undefined);
      expect(changed(`${character}a`, "1")).to.equal(FIRST_OF_KEY.test(character) ? `${first},z=1` : "z=1");
      expect(changed(`a${character}b`, "1")).to.equal(KEY.test(character) ? `${later},z=1` : "z=1");
      expect(changed("a", `1${character}2`)).to.equal(VALUE.test(character) ? `${value},z=1` : "z=1");
      expect(changed("a", `1${character}`)).to.equal(
        VALUE.test(character) && !isSpace ? `${last},z=1` : "z=1",
      );
    });

    it(`U+${code.padStart(4, "0")} goes on in baggage where it may stand, and else encoded, or not at all`, () => {
      const key = `a${character}b=1`;
      expect(through(key)).to.equal(TOKEN.test(character) ? key : "");
      const value = `a=1${character}2`;
      const encoded = `a=1${encodeURIComponent(character.toWellFormed())}2`;
      if (character === ";") expect(through(value)).to.equal("a=1;2");
      else expect(through(value)).to.equal(OCTET.test(character) ? value : encoded);
      const property = `a=1;p=1${character}2`;
      if (character === ";") expect(through(property)).to.equal(property);
      else expect(through(property)).to.equal(OCTET.test(character) ? property : "a=1");
    });
  }
});
