import { expect } from "chai";
import * as fc from "fast-check";
import { TraceState } from "../../src/propagation/trace-state.ts";
import { interruptible } from "./interruptible.ts";

const parsed = (header: string): string | undefined => TraceState.parse(header)?.serialize();
const members = (count: number): string[] => Array.from({ length: count }, (_, each) => `k${each}=${each}`);

const character = (allowed: string) => fc.constantFrom(...allowed.split(""));

const RIGHT: Record<string, string> = {
  "one member": "rojo=00f067aa0ba902b7",
  "several members, in their order": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
  "a key that begins with a digit": "1a=1",
  "a key of one character": "a=1",
  "a key with every character that is allowed": "abcdefghijklmnopqrstuvwxyz0123456789_-*/@=1",
  "a key with several at signs": "t@s@v=1",
  "a key of 256 characters": `${"a".repeat(256)}=1`,
  "a value of 256 characters": `a=${"1".repeat(256)}`,
  "a value of one character": "a=1",
  "a value with spaces inside": "a=1 2  3",
  "a value that begins with spaces": "a=  1",
  "32 members": members(32).join(","),
  "more than 512 characters": Array.from({ length: 4 }, (_, each) => `k${each}=${"v".repeat(200)}`).join(","),
};

const WRONG: Record<string, string> = {
  "no equals sign": "a",
  "an empty key": "=1",
  "an empty value": "a=",
  "a value of spaces": "a=  ,b=2",
  "an uppercase key": "A=1",
  "an uppercase letter in a key": "aB=1",
  "a key that begins with an underscore": "_a=1",
  "a key that begins with an at sign": "@a=1",
  "a key with a dot": "a.b=1",
  "a key with a space": "a b=1",
  "a space after a key": "a =1",
  "a key of 257 characters": `${"a".repeat(257)}=1`,
  "a value of 257 characters": `a=${"1".repeat(257)}`,
  "a value with an equals sign": "a=1=2",
  "a value with a tab": "a=1\t2",
  "a value with a line break": "a=1\r\nb",
  "a value with a control character": "a=1\u007f",
  "a value beyond ASCII": "a=é",
  "the same key twice": "a=1,b=2,a=3",
  "33 members": members(33).join(","),
  "a space that is none of the two allowed": "a=1,\u00a0b=2",
};

describe("a tracestate header", () => {
  for (const [what, header] of Object.entries(RIGHT)) {
    it(`may have ${what}`, () => {
      expect(parsed(header)).to.equal(header);
    });
  }

  for (const [what, header] of Object.entries(WRONG)) {
    it(`is discarded whole for ${what}`, () => {
      expect(parsed(header)).to.equal(undefined);
      expect(parsed(`good=1,${header}`)).to.equal(undefined);
    });
  }

  it("may have spaces and tabs around its members, which do not belong to them", () => {
    expect(parsed(" \t a=1 \t , \t b=2\t")).to.equal("a=1,b=2");
  });

  it("may have empty members", () => {
    expect(parsed("a=1,, ,\t,b=2,")).to.equal("a=1,b=2");
  });

  it("may have spaces behind a value of 256 characters, and between members as long as they may be", () => {
    const value = "1".repeat(256);
    expect(parsed(`a=${value}  \t,b=2`)).to.equal(`a=${value},b=2`);
    const longest = Array.from({ length: 32 }, (_, each) => `${String(each).padStart(256, "k")}=${value}`);
    expect(longest.map((member) => member.length)).to.include(513);
    for (const separator of [",", ", ", " ,\t"])
      expect(parsed(longest.join(separator))).to.equal(longest.join(","));
  });

  it("may be empty, and is nothing then", () => {
    for (const header of ["", " ", ",", " , ,\t"]) expect(parsed(header)).to.equal(undefined);
  });

  it("keeps what it keeps exactly as it came", () => {
    const lower = "abcdefghijklmnopqrstuvwxyz0123456789";
    const printable = Array.from({ length: 0x5f }, (_, each) => String.fromCharCode(0x20 + each)).join("");
    const value = printable.replace(/[,=]/g, "");
    const member = fc.tuple(
      fc
        .tuple(character(lower), fc.string({ unit: character(`${lower}_-*/@`), maxLength: 20 }))
        .map((all) => all.join("")),
      fc
        .tuple(fc.string({ unit: character(value), maxLength: 20 }), character(value.trim()))
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(member, { minLength: 1, maxLength: 32, selector: ([key]) => key }),
        (list) => {
          const header = list.map((each) => each.join("=")).join(",");
          expect(parsed(header)).to.equal(header);
        },
      ),
    );
  });

  for (const [what, header] of Object.entries({
    commas: ",".repeat(1_000_000),
    spaces: " ".repeat(1_000_000),
    "spaces within a value": `a=1${" ".repeat(1_000_000)}1`,
    "tabs between letters": "a=1\t\t\t".repeat(100_000),
    "a key": "a".repeat(1_000_000),
    "a value": `a=${"1".repeat(1_000_000)}`,
    members: members(120_000).join(","),
  })) {
    it(`of a million characters does not hang: ${what}`, () => {
      expect(interruptible(() => parsed(header))).to.equal(undefined);
    });
  }
});

const parse = (header: string): TraceState => TraceState.parse(header) ?? expect.fail("no tracestate");

describe("TraceState", () => {
  it("puts what changes in front, and keeps the order of the others", () => {
    expect(parse("a=1,b=2,c=3").set("d", "4").serialize()).to.equal("d=4,a=1,b=2,c=3");
    expect(parse("a=1,b=2,c=3").set("b", "5").serialize()).to.equal("b=5,a=1,c=3");
  });

  it("gives a value, or undefined", () => {
    expect(parse("a=1").get("a")).to.equal("1");
    expect(parse("a=1").get("b")).to.equal(undefined);
  });

  it("leaves a member out", () => {
    expect(parse("a=1,b=2").unset("a").serialize()).to.equal("b=2");
    expect(parse("a=1").unset("b").serialize()).to.equal("a=1");
    expect(parse("a=1").unset("a").serialize()).to.equal("");
  });

  it("never changes itself", () => {
    const state = parse("a=1,b=2");
    state.set("c", "3");
    state.unset("a");
    expect(state.serialize()).to.equal("a=1,b=2");
  });

  it("keeps a 32nd member, and lets the right-most go for a 33rd", () => {
    const state = parse(members(31).join(",")).set("new", "1");
    expect(state.serialize()).to.equal(["new=1", ...members(31)].join(","));
    expect(state.set("newer", "2").serialize()).to.equal(["newer=2", "new=1", ...members(30)].join(","));
    expect(state.set("k30", "changed").serialize()).to.equal(
      ["k30=changed", "new=1", ...members(30)].join(","),
    );
  });

  for (const [key, value] of [
    ["A", "1"],
    ["", "1"],
    ["a=b", "1"],
    ["a", ""],
    ["a", "1,b=2"],
    ["a", "1 "],
    ["a", "1\r\nx"],
  ] as const) {
    it(`stays as it is where ${JSON.stringify(key)} is to be ${JSON.stringify(value)}`, () => {
      expect(parse("z=1").set(key, value).serialize()).to.equal("z=1");
    });
  }

  it("stays as it is where key or value are no texts", () => {
    const nonsense = [
      null,
      undefined,
      5,
      [],
      ["a"],
      { length: 0, toString: () => "a\r\nb" },
    ] as unknown as string[];
    const state = TraceState.parse("z=1");
    for (const each of nonsense) {
      expect(state?.set(each, "v").serialize()).to.equal("z=1");
      expect(state?.set("a", each).serialize()).to.equal("z=1");
    }
  });
});
