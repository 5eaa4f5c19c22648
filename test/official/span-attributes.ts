import { expect } from "chai";
import { resolveLimits } from "../../src/core/limits.ts";
import { BUT_ANY_VALUE, INVALID, type Row, started, VALID } from "./stage.ts";

const five = { attributeValueLengthLimit: 5 };
const keys = Array.from({ length: 150 }, (_, each) => `key ${each}`);

/** Of sdk-trace/test/common/Span.test.ts: attributes. */
export const SPAN_ATTRIBUTES: readonly Row[] = [
  [
    13,
    "a valid attribute is set, one at a time, and an invalid one is left out",
    () => {
      const span = started();
      for (const [key, value = ""] of Object.entries({ ...VALID, ...INVALID })) span.setAttribute(key, value);
      expect(span.attributes).to.deep.equal(VALID);
    },
    BUT_ANY_VALUE,
  ],
  [
    14,
    "the last value of a key is its value",
    () => {
      expect(started().setAttribute("key", "first").setAttribute("key", "last").attributes).to.deep.equal({
        key: "last",
      });
    },
  ],
  [
    15,
    "attributes beyond the limit are left out, the first stay",
    () => {
      const span = started({}, { attributeCountLimit: 100 });
      for (const key of keys) span.setAttribute(key, key);
      expect(Object.keys(span.attributes)).to.deep.equal(keys.slice(0, 100));
      expect(span.droppedAttributesCount).to.equal(50);
    },
  ],
  [
    16,
    "a text that is too long is cut",
    () =>
      expect(started({}, five).setAttribute("key", "abcdefgh").attributes).to.deep.equal({ key: "abcde" }),
  ],
  [
    17,
    "each text of an array that is too long is cut, and what is no text stays",
    () => {
      const span = started({}, five).setAttributes({
        texts: ["abcdefgh", "abc", "abcde", ""],
        flags: [true],
      });
      expect(span.attributes).to.deep.equal({ texts: ["abcde", "abc", "abcde", ""], flags: [true] });
    },
  ],
  [
    18,
    "a text within the limit stays",
    () => {
      const texts = { short: "abc", exact: "abcde" };
      expect(started({}, five).setAttributes(texts).attributes).to.deep.equal(texts);
    },
  ],
  [
    19,
    "a value that is no text has no length",
    () => {
      const values = { flag: true, number: 1_234_567 };
      expect(started({}, five).setAttributes(values).attributes).to.deep.equal(values);
    },
  ],
  [
    20,
    "a length that is none cuts nothing",
    () => {
      const values = { text: "abcdefgh", texts: ["abcdefgh"] };
      const span = started({}, resolveLimits({ attributeValueLengthLimit: -5 }));
      expect(span.setAttributes(values).attributes).to.deep.equal(values);
    },
  ],
  [
    21,
    "many attributes are set at once, without the invalid ones",
    () => expect(started().setAttributes(VALID).setAttributes(INVALID).attributes).to.deep.equal(VALID),
    BUT_ANY_VALUE,
  ],
  [
    66,
    "attributes that are given at the start are the span's",
    () => expect(started({ attributes: { key: "value" } }).attributes).to.deep.equal({ key: "value" }),
  ],
];
