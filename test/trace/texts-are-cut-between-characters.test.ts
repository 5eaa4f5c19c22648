import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { type RecordedSpan, recording } from "../recording.ts";
import { EMPTY, REMOTE } from "./traced.ts";

/** What the sink gets of one span of that name within those limits, after `use`. */
function sunk(
  limits: Partial<Limits>,
  use: (span: Span) => void,
  name = "span",
  processors: SpanProcessor[] = [],
): RecordedSpan {
  const { spans, providers } = recording(undefined, { limits: { ...DEFAULT_LIMITS, ...limits }, processors });
  const span = providers.tracerProvider.getTracer("library").startSpan(name, {}, EMPTY);
  use(span);
  span.end();
  return spans[0] ?? expect.fail("no span ended");
}

/** A pair of surrogates each. */
const GRINS = "😀😀";

describe("a text that is cut", () => {
  for (const [length, kept] of [
    [0, ""],
    [1, ""],
    [2, "😀"],
    [3, "😀"],
    [4, GRINS],
  ] as const) {
    it(`to ${length} is ${JSON.stringify(kept)}, and ends with no half of a pair`, () => {
      const attributes = { text: GRINS, texts: [GRINS, "abcde", GRINS], map: { text: GRINS } as never };
      const { events, links, ...span } = sunk({ attributeValueLengthLimit: length }, (open) => {
        open.setAttributes(attributes).addEvent("event", attributes).addLink({ context: REMOTE, attributes });
      });
      const cut = { text: kept, texts: [kept, "abcde".slice(0, length), kept], map: { text: kept } };
      expect([span, ...events, ...links].map((each) => each.attributes)).to.deep.equal([cut, cut, cut]);
    });
  }

  it("by the size that is left for its value ends with no half of a pair either", () => {
    const { attributes } = sunk({ attributeValueSizeLimit: 11 }, (span) => {
      span.setAttributes({ text: GRINS.repeat(3), texts: [GRINS] });
    });
    expect(attributes).to.deep.equal({ text: "😀".repeat(5), texts: ["😀"] });
  });

  it("and began with half of a pair keeps it, for it was given so", () => {
    const { attributes } = sunk({ attributeValueLengthLimit: 1 }, (span) => {
      span.setAttribute("text", "\ude00ab");
    });
    expect(attributes).to.deep.equal({ text: "\ude00" });
  });
});

/** Every text of a span that is no attribute. */
const textsOf = ({ name, events, status }: RecordedSpan): string[] => [
  name,
  ...events.map((event) => event.name),
  status.message,
];

const useAll =
  (text: string) =>
  (span: Span): void =>
    void span.addEvent(text).setStatus({ code: SpanStatusCode.ERROR, message: text });

describe("the name of a span, of an event, and the message of a status", () => {
  const longest = "x".repeat(65_536);

  it("are kept to the 65,536th character by default, and cut at the next", () => {
    expect(textsOf(sunk({}, useAll(longest), longest))).to.deep.equal([longest, longest, longest]);
    expect(textsOf(sunk({}, useAll(`${longest}y`), `${longest}y`))).to.deep.equal([
      longest,
      longest,
      longest,
    ]);
  });

  it("are cut to the size of an attribute's value, between characters, and not to its length", () => {
    const limits = { attributeValueLengthLimit: 3, attributeValueSizeLimit: 7 };
    const cut = Array.from({ length: 3 }, () => "😀".repeat(3));
    expect(textsOf(sunk(limits, useAll(GRINS.repeat(2)), GRINS.repeat(2)))).to.deep.equal(cut);
    expect(textsOf(sunk({ attributeValueLengthLimit: 3 }, useAll("abcdef"), "abcdef"))).to.deep.equal([
      "abcdef",
      "abcdef",
      "abcdef",
    ]);
  });

  it("are not cut where that size is switched off", () => {
    const text = longest.repeat(2);
    expect(textsOf(sunk({ attributeValueSizeLimit: Infinity }, useAll(text), text))).to.deep.equal([
      text,
      text,
      text,
    ]);
  });

  it("are cut also where they are given later, by the host or by a processor", () => {
    const renaming: SpanProcessor = {
      onStart: () => {},
      onEnd: (span) =>
        void Object.assign(span, { status: { code: SpanStatusCode.ERROR, message: "abcdefgh" } }),
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const { name, status } = sunk(
      { attributeValueSizeLimit: 7 },
      (span) => void span.updateName("12345678"),
      "span",
      [renaming],
    );
    expect([name, status.message]).to.deep.equal(["1234567", "abcdefg"]);
  });
});
