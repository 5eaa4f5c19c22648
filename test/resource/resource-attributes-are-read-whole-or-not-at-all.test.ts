import { expect } from "chai";
import { parseResourceAttributes } from "../../src/resource/parse-resource-attributes.ts";

const READ: Record<string, Record<string, string>> = {
  "a=1": { a: "1" },
  "a=1,b=two": { a: "1", b: "two" },
  " a = 1 , b = 2 ": { a: "1", b: "2" },
  "a=": { a: "" },
  "a=1,a=2": { a: "2" },
  "k%2Cey=v%3Dal%2Cue": { "k,ey": "v=al,ue" },
  "city=M%C3%BCnchen,plain=Zürich": { city: "München", plain: "Zürich" },
  "__proto__=1": Object.fromEntries([["__proto__", "1"]]),
};

const DISCARDED = [
  "a",
  "=1",
  "a=1,",
  ",a=1",
  "a=1,,b=2",
  "a=1=2",
  "a=%zz",
  "%zz=1",
  "a=%C3",
  "a=1,b",
  ",",
  "%20=1,a",
];

describe("resource attributes in a variable", () => {
  for (const [text, attributes] of Object.entries(READ)) {
    it(`are read: ${text}`, () => expect(parseResourceAttributes(text)).to.deep.equal(attributes));
  }

  for (const text of DISCARDED) {
    it(`are discarded whole: ${text}`, () => expect(parseResourceAttributes(text)).to.equal(undefined));
  }
});
