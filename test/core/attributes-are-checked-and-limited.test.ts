import { expect } from "chai";
import * as fc from "fast-check";
import { runInNewContext } from "node:vm";
import { AttributeSet, isAttributeValue } from "../../src/core/attributes.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, type Limits, spanLimits } from "../../src/core/limits.ts";

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
  "an array with null among strings": [null, "a"],
  "an array of two types": ["a", 1],
  "an array of arrays": [["a"], []],
  "an array of maps": [{ a: 1 }, {}],
  "a map": { a: 1, b: { c: ["d"] } },
  "a map of another realm": runInNewContext("({ a: 1 })"),
  "a map without a prototype": Object.assign(Object.create(null) as object, { a: 1 }),
  bytes: new Uint8Array([1, 2]),
};

const WRONG: Record<string, unknown> = {
  "a class's instance": new (class {
    a = 1;
  })(),
  "a symbol": Symbol("value"),
  "a bigint": 1n,
  "a function": () => "text",
  "a Date": new Date(0),
  "a boxed string": Object("text"),
  "a Map": new Map(),
  "an Error": new Error("on purpose"),
};

const invalid = (): number => troubles().invalid_attribute ?? 0;

const setOf = (limits: Partial<Limits> = {}): AttributeSet =>
  new AttributeSet(spanLimits({ ...DEFAULT_LIMITS, ...limits }).attributes);

function set(...pairs: [string, unknown][]): Record<string, unknown> {
  const own = setOf();
  for (const [key, value] of pairs) own.set(key, value);
  return own.toObject();
}

describe("an attribute", () => {
  for (const [what, value] of Object.entries(RIGHT)) {
    it(`may be ${what}`, () => {
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
    const own = setOf();
    own.setAll({ a: 1, b: 2 });
    own.setAll({ a: "3", A: 4 });
    expect(own.list).to.deep.equal(["a", "3", "b", 2, "A", 4]);
  });

  it("is a copy where it is an array, a map or bytes", () => {
    const [array, map, bytes] = [["before"], { a: { b: "before" } }, new Uint8Array([1])];
    const own = setOf();
    own.setAll({ array, map, bytes });
    array[0] = "after";
    array.push("more");
    map.a.b = "after";
    bytes[0] = 2;
    expect(own.toObject()).to.deep.equal({
      array: ["before"],
      map: { a: { b: "before" } },
      bytes: new Uint8Array([1]),
    });
  });

  it("has an empty value in the place of what is no value within an array or a map", () => {
    const nested = { array: [undefined, 1n, new Date(0)], map: { a: () => {}, b: "kept" } };
    expect(set(["key", nested])).to.deep.equal({
      key: { array: [null, null, null], map: { a: null, b: "kept" } },
    });
  });

  it("may have the name of any property of objects", () => {
    const names = ["__proto__", "constructor", "toString"];
    const own = setOf();
    for (const key of names) own.set(key, key);
    own.set("map", JSON.parse('{ "__proto__": 1 }'));
    const object = own.toObject();
    expect(Object.keys(object)).to.deep.equal([...names, "map"]);
    expect(Object.entries(object["map"] as unknown as object)).to.deep.equal([["__proto__", 1]]);
  });
});

const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, each) => [`key ${each}`, each]));

describe("the attribute limit", () => {
  it("keeps the 128th, counts the 129th", () => {
    const own = setOf();
    own.setAll(many(128));
    expect(own.dropped).to.equal(0);
    own.set("one too many", 1);
    expect(own.dropped).to.equal(1);
    expect(Object.keys(own.toObject())).to.have.lengthOf(128).and.not.to.include("one too many");
    own.setAll(many(131));
    expect(own.dropped).to.equal(4);
  });

  it("lets known keys change when the set is full, however few or many it holds", () => {
    for (const attributeCountLimit of [1, 31, 32, 33, 34, 128]) {
      const own = setOf({ attributeCountLimit });
      own.setAll(many(attributeCountLimit));
      own.set("key 0", "changed");
      own.set(`key ${attributeCountLimit - 1}`, "changed");
      own.set("new", 1);
      expect(own.dropped).to.equal(1);
      expect(own.toObject()["key 0"]).to.equal("changed");
      expect(own.toObject()[`key ${attributeCountLimit - 1}`]).to.equal("changed");
      expect(own.list).to.have.lengthOf(2 * attributeCountLimit);
    }
  });

  it("does not count what is no attribute", () => {
    const own = setOf();
    own.setAll(many(128));
    own.set("wrong", () => {});
    own.set("nothing", null);
    expect(own.dropped).to.equal(0);
  });

  it("copies and looks into nothing that it drops", () => {
    const own = setOf();
    own.setAll(many(128));
    const unread = new Proxy([], { get: () => expect.fail("was read") });
    own.setAll({ unread, wrong: () => {}, nothing: undefined });
    expect(own.dropped).to.equal(1);
  });

  it("reads no more than 10,000 of what one object drops, however many its keys are", () => {
    let reads = 0;
    const keys = Object.keys(many(20_000));
    const endless = new Proxy(
      {},
      {
        ownKeys: () => keys,
        getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
        get: () => ++reads,
      },
    );
    const own = setOf();
    own.setAll(endless);
    expect([own.list.length, own.dropped, reads]).to.deep.equal([256, 19_872, 10_000]);
  });

  it("drops a million attributes but the first 128, and counts them", () => {
    const own = setOf();
    own.setAll(many(1_000_000));
    expect([own.list.length, own.dropped]).to.deep.equal([256, 999_872]);
  });
});

const cut = (value: unknown): unknown => {
  const own = setOf({ attributeValueLengthLimit: 3 });
  own.set("key", value);
  return own.toObject()["key"];
};

describe("the limit of a value's length", () => {
  it("cuts texts and bytes, also within arrays and maps, each for itself", () => {
    expect(cut("abc")).to.equal("abc");
    expect(cut("abcd")).to.equal("abc");
    expect(cut(["abcd", "ab", "abcde"])).to.deep.equal(["abc", "ab", "abc"]);
    expect(cut({ a: { b: "abcd" } })).to.deep.equal({ a: { b: "abc" } });
    expect(cut(new Uint8Array([1, 2, 3, 4]))).to.deep.equal(new Uint8Array([1, 2, 3]));
  });

  it("leaves all else as it is", () => {
    for (const value of [123_456, true, [1, 2, 3, 4, 5]]) expect(cut(value)).to.deep.equal(value);
  });

  it("is not there unless it is set", () => {
    expect(set(["key", "x".repeat(65_536)])).to.deep.equal({ key: "x".repeat(65_536) });
  });
});

describe("the limit of a value's depth", () => {
  it("keeps what is as deep, and empties arrays and maps that are deeper", () => {
    const own = setOf({ attributeValueDepthLimit: 2 });
    own.setAll({
      array: ["a", ["b", ["c"]]],
      map: { a: { b: { c: 1 }, d: 1 } },
      bytes: [[new Uint8Array(1)]],
    });
    expect(own.toObject()).to.deep.equal({
      array: ["a", ["b", null]],
      map: { a: { b: null, d: 1 } },
      bytes: [[new Uint8Array(1)]],
    });
  });

  it("is 16", () => {
    let deep: unknown = "x";
    for (let level = 0; level < 20; level++) deep = [deep];
    const own = setOf();
    own.set("key", deep);
    let depth = 0;
    for (let at: unknown = own.toObject()["key"]; at !== null; at = (at as unknown[])[0]) depth++;
    expect(depth).to.equal(16);
  });

  it("is not needed by a value that contains itself, which is empty in there", () => {
    const itself: Record<string, unknown> = { name: "x", twice: ["y"] };
    itself["self"] = itself;
    itself["list"] = [itself, itself["twice"], itself["twice"]];
    const own = setOf({ attributeValueDepthLimit: Infinity, attributeValueSizeLimit: Infinity });
    own.set("key", itself);
    expect(own.toObject()).to.deep.equal({
      key: { name: "x", twice: ["y"], self: null, list: [null, ["y"], ["y"]] },
    });
  });
});

describe("the limit of a value's size", () => {
  it("is 65,536 characters", () => {
    expect(set(["key", "x".repeat(65_537)])["key"]).to.have.lengthOf(65_536);
  });

  it("spans a whole array or map, and cuts it off there", () => {
    const own = setOf({ attributeValueSizeLimit: 30 });
    own.setAll({
      numbers: [1, 2, 3, 4, 5],
      texts: ["abcdefghij", "klmnopqrst"],
      map: { a: 1, b: 2, c: 3, d: 4 },
    });
    expect(own.toObject()).to.deep.equal({
      numbers: [1, 2, 3],
      texts: ["abcdefghij", "klmn"],
      map: { a: 1, b: 2, c: 3 },
    });
  });

  it("bounds what is shared by many", () => {
    let shared: unknown = ["leaf"];
    for (let level = 0; level < 40; level++) shared = [shared, shared];
    const own = setOf();
    own.set("key", shared);
    expect(JSON.stringify(own.toObject()).length).to.be.below(100_000);
  });

  it("can be switched off", () => {
    const own = setOf({ attributeValueSizeLimit: Infinity });
    own.set("key", "x".repeat(100_000));
    expect(own.toObject()["key"]).to.have.lengthOf(100_000);
  });
});

describe("a set of attributes", () => {
  it("costs only the one whose getter throws", () => {
    const own = setOf();
    own.setAll({
      a: 1,
      get broken(): never {
        throw new Error("on purpose");
      },
      b: revokedArray.proxy,
      c: 3,
    });
    expect(own.list).to.deep.equal(["a", 1, "c", 3]);
  });

  it("holds own enumerable properties with text keys", () => {
    const own = setOf();
    const attributes = Object.create({ inherited: 1 }) as Record<string | symbol, unknown>;
    Object.defineProperty(attributes, "hidden", { value: 1, enumerable: false });
    attributes[Symbol("symbol")] = 1;
    attributes["own"] = 1;
    own.setAll(attributes);
    expect(own.list).to.deep.equal(["own", 1]);
  });

  it("is nothing where it is null or undefined", () => {
    const before = invalid();
    for (const nothing of [null, undefined]) setOf().setAll(nothing);
    expect(invalid()).to.equal(before);
  });

  for (const [what, nonsense] of Object.entries<unknown>({
    "a number": 5,
    "a text": "text",
    "a boolean": true,
    "a symbol": Symbol("attributes"),
    "a function": () => {},
    "a list": ["a", 1],
    "a revoked proxy": revoked.proxy,
  })) {
    it(`is left out and reported where it is ${what}`, () => {
      const before = invalid();
      const own = setOf();
      own.setAll(nonsense);
      expect(own.list).to.deep.equal([]);
      expect(invalid()).to.equal(before + 1);
    });
  }

  it("never throws and never keeps a reference to what its owner can change, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        (any) => {
          const own = setOf();
          own.setAll(any);
          for (const value of Object.values(own.toObject())) {
            const isOwn = typeof value !== "object" || !Object.values(any as object).includes(value);
            expect(isOwn).to.equal(true);
          }
        },
      ),
    );
  });
});

describe("an attribute of a measurement", () => {
  it("is what the API's type allows: a text, number, boolean or array of one of them", () => {
    for (const right of ["a", 1, true, [], ["a", null], [1, undefined]])
      expect(isAttributeValue(right)).to.equal(true);
    for (const wrong of [{}, null, ["a", 1], [{}], [[1]], new Uint8Array(1), 1n, () => {}])
      expect(isAttributeValue(wrong)).to.equal(false);
  });
});
