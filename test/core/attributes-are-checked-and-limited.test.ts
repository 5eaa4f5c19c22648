import { expect } from "chai";
import { objectOf } from "../recording.ts";
import * as fc from "fast-check";
import {
  type AttributeList,
  isAttributeValue,
  setAttribute,
  setAttributes,
} from "../../src/core/attributes.ts";
import { troubles } from "../../src/core/diagnostics.ts";

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const revokedArray = Proxy.revocable([], {});
revokedArray.revoke();

const RIGHT: Record<string, unknown> = {
  "a string": "text",
  "an empty string": "",
  "a number": 1.5,
  NaN: NaN,
  Infinity: Infinity,
  "a boolean": false,
  "an empty array": [],
  "an array of strings": ["a", ""],
  "an array of numbers": [0, -1.5],
  "an array of booleans": [true, false],
  "an array with null and undefined among strings": [null, "a", undefined],
};

const WRONG: Record<string, unknown> = {
  "an object": { a: 1 },
  "an object that converts itself": { toString: () => "text" },
  "a symbol": Symbol("value"),
  "a bigint": 1n,
  "a function": () => "text",
  "a Date": new Date(0),
  "a boxed string": Object("text"),
  bytes: new Uint8Array(2),
  "a Map": new Map(),
  "an array of two types": ["a", 1],
  "an array of objects": [{}],
  "an array of arrays": [["a"]],
  "an array of bigints": [1n],
  "an array whose wrong element comes last": ["a", null, {}],
};

const invalid = (): number => troubles().invalid_attribute ?? 0;

function set(...pairs: [string, unknown][]): Record<string, unknown> {
  const list: AttributeList = [];
  for (const [key, value] of pairs) setAttribute(list, key, value);
  return { ...objectOf(list) };
}

describe("an attribute", () => {
  for (const [what, value] of Object.entries(RIGHT)) {
    it(`may be ${what}`, () => {
      expect(isAttributeValue(value)).to.equal(true);
      expect(set(["key", value])).to.deep.equal({ key: value });
    });
  }

  for (const [what, value] of Object.entries(WRONG)) {
    it(`is left out and reported where it is ${what}, and costs no other`, () => {
      const before = invalid();
      expect(set(["a", 1], ["key", value], ["b", 2])).to.deep.equal({ a: 1, b: 2 });
      expect(invalid()).to.equal(before + 1);
    });
  }

  it("is nothing where it is null or undefined, and leaves a value that is there", () => {
    const before = invalid();
    expect(set(["key", 1], ["key", null], ["key", undefined], ["other", null])).to.deep.equal({ key: 1 });
    expect(invalid()).to.equal(before);
  });

  for (const [what, key] of Object.entries<unknown>({
    "an empty text": "",
    "a number": 5,
    null: null,
    undefined: undefined,
    "a symbol": Symbol("key"),
    "an object": {},
    "a revoked proxy": revoked.proxy,
  })) {
    it(`is left out and reported where its key is ${what}`, () => {
      const before = invalid();
      expect(set([key as string, 1])).to.deep.equal({});
      expect(invalid()).to.equal(before + 1);
    });
  }

  it("takes the place of the one with the same key, where that stood", () => {
    const list: AttributeList = [];
    setAttributes(list, { a: 1, b: 2 });
    setAttributes(list, { a: "3", A: 4 });
    expect(list).to.deep.equal(["a", "3", "b", 2, "A", 4]);
  });

  it("is a copy where it is an array", () => {
    const list: AttributeList = [];
    const value = ["before"];
    setAttribute(list, "key", value);
    value[0] = "after";
    value.push("more");
    expect(objectOf(list)["key"]).to.deep.equal(["before"]);
  });

  it("may have the name of any property of objects", () => {
    const list: AttributeList = [];
    for (const key of ["__proto__", "constructor", "toString"]) setAttribute(list, key, key);
    const object = objectOf(list);
    expect(Object.keys(object)).to.deep.equal(["__proto__", "constructor", "toString"]);
  });
});

const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, each) => [`key ${each}`, each]));

describe("the attribute limit", () => {
  it("keeps the 128th, counts the 129th", () => {
    const list: AttributeList = [];
    expect(setAttributes(list, many(128))).to.equal(0);
    expect(setAttribute(list, "one too many", 1)).to.equal(1);
    expect(Object.keys(objectOf(list)))
      .to.have.lengthOf(128)
      .and.not.to.include("one too many");
    expect(setAttributes([], many(131))).to.equal(3);
  });

  it("lets known keys change when the list is full", () => {
    const list: AttributeList = [];
    setAttributes(list, many(128));
    expect(setAttribute(list, "key 127", "changed")).to.equal(0);
    expect(objectOf(list)["key 127"]).to.equal("changed");
  });

  it("does not count what is no attribute", () => {
    const list: AttributeList = [];
    setAttributes(list, many(128));
    expect(setAttribute(list, "wrong", {})).to.equal(0);
    expect(setAttribute(list, "nothing", null)).to.equal(0);
  });
});

describe("a set of attributes", () => {
  it("costs only the one whose getter throws", () => {
    const list: AttributeList = [];
    const attributes = {
      a: 1,
      get broken(): never {
        throw new Error("on purpose");
      },
      b: revokedArray.proxy,
      c: 3,
    };
    expect(setAttributes(list, attributes)).to.equal(0);
    expect(list).to.deep.equal(["a", 1, "c", 3]);
  });

  it("holds own enumerable properties with text keys", () => {
    const list: AttributeList = [];
    const attributes = Object.create({ inherited: 1 }) as Record<string | symbol, unknown>;
    Object.defineProperty(attributes, "hidden", { value: 1, enumerable: false });
    attributes[Symbol("symbol")] = 1;
    attributes["own"] = 1;
    setAttributes(list, attributes);
    expect(list).to.deep.equal(["own", 1]);
  });

  it("is nothing where it is null or undefined", () => {
    const before = invalid();
    for (const nothing of [null, undefined]) expect(setAttributes([], nothing)).to.equal(0);
    expect(invalid()).to.equal(before);
  });

  for (const [what, nonsense] of Object.entries<unknown>({
    "a number": 5,
    "a text": "text",
    "a boolean": true,
    "a symbol": Symbol("attributes"),
    "a function": () => {},
    "a revoked proxy": revoked.proxy,
  })) {
    it(`is left out and reported where it is ${what}`, () => {
      const before = invalid();
      const list: AttributeList = [];
      expect(setAttributes(list, nonsense)).to.equal(0);
      expect(list).to.deep.equal([]);
      expect(invalid()).to.equal(before + 1);
    });
  }

  it("never throws and never holds what is no attribute, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        (any) => {
          const list: AttributeList = [];
          setAttributes(list, any);
          expect(Object.values(objectOf(list)).every(isAttributeValue)).to.equal(true);
        },
      ),
    );
  });
});
