import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import type { Span } from "../../src/trace/span.ts";
import { BUT_ANY_VALUE, ended, INVALID, PARENT, type Row, started, VALID } from "./stage.ts";

const FIVE_ATTRIBUTES = { a: 1, b: 2, c: 3, d: 4, e: 5 };
const TEXTS = { long: "abcdefghij", short: "abc" };

const linksFrom = (to: number) =>
  Array.from({ length: to }, (_, index) => ({ context: PARENT, attributes: { index } }));
const indices = ({ links }: Span) => links.map(({ attributes }) => attributes["index"]);
const addEvents = (count: number) => (span: Span) => {
  for (let each = 0; each < count; each++) span.addEvent(`event ${each}`);
};

const LINKS = [{ context: PARENT }, { context: PARENT, attributes: VALID }];
const asKept = LINKS.map(({ context, attributes = {} }) => ({
  context,
  attributes,
  droppedAttributesCount: 0,
}));

/** Of sdk-trace/test/common/Span.test.ts: events and links. */
export const SPAN_EVENTS_AND_LINKS: readonly Row[] = [
  [
    22,
    "an event is added, with attributes or without",
    () => {
      const { events } = ended((span) => span.addEvent("bare").addEvent("full", VALID));
      expect(events.map(({ name, attributes }) => [name, attributes])).to.deep.equal([
        ["bare", {}],
        ["full", VALID],
      ]);
    },
  ],
  [
    23,
    "an event has its valid attributes",
    () => {
      const { events } = ended((span) => span.addEvent("event", { ...VALID, ...INVALID }));
      expect(events.map(({ attributes }) => attributes)).to.deep.equal([VALID]);
    },
    BUT_ANY_VALUE,
  ],
  [
    24,
    "events beyond the limit are left out, and told of",
    () => {
      const before = troubles().limit_reached ?? 0;
      const { events } = ended(addEvents(150), { eventCountLimit: 100 });
      expect([events.length, events.at(-1)?.name]).to.deep.equal([100, "event 99"]);
      expect(troubles().limit_reached).to.equal(before + 1);
    },
  ],
  [
    25,
    "events beyond the limit are counted",
    () => expect(ended(addEvents(150), { eventCountLimit: 100 }).droppedEventsCount).to.equal(50),
  ],
  [
    26,
    "a limit of no event lets none in",
    () => {
      const span = ended(addEvents(10), { eventCountLimit: 0 });
      expect([span.events, span.droppedEventsCount]).to.deep.equal([[], 10]);
    },
  ],
  [
    27,
    "an event's attributes beyond the limit are left out and counted",
    () => {
      const { events } = ended((span) => span.addEvent("event", FIVE_ATTRIBUTES), {
        attributePerEventCountLimit: 2,
      });
      expect(events[0]).to.deep.include({ attributes: { a: 1, b: 2 }, droppedAttributesCount: 3 });
    },
  ],
  [
    28,
    "a text in an event that is too long is cut",
    () => {
      const { events } = ended((span) => span.addEvent("event", TEXTS), { attributeValueLengthLimit: 5 });
      expect(events[0]?.attributes).to.deep.equal({ long: "abcde", short: "abc" });
    },
  ],
  [
    29,
    "a link's attributes beyond the limit are left out and counted",
    () => {
      const { links } = ended((span) => span.addLink({ context: PARENT, attributes: FIVE_ATTRIBUTES }), {
        attributePerLinkCountLimit: 2,
      });
      expect(links[0]).to.deep.include({ attributes: { a: 1, b: 2 }, droppedAttributesCount: 3 });
    },
  ],
  [
    30,
    "a text in a link that is too long is cut",
    () => {
      const { links } = ended((span) => span.addLink({ context: PARENT, attributes: TEXTS }), {
        attributeValueLengthLimit: 5,
      });
      expect(links[0]?.attributes).to.deep.equal({ long: "abcde", short: "abc" });
    },
  ],
  [
    32,
    "links beyond the limit are counted where they are given at the start",
    () => {
      const span = started({ links: linksFrom(5) }, { linkCountLimit: 2 });
      expect([indices(span), span.droppedLinksCount]).to.deep.equal([[0, 1], 3]);
    },
  ],
  [
    33,
    "a limit of no link lets none in",
    () => {
      const span = ended((open) => open.addLink({ context: PARENT }).addLink({ context: PARENT }), {
        linkCountLimit: 0,
      });
      expect([span.links, span.droppedLinksCount]).to.deep.equal([[], 2]);
    },
  ],
  [
    34,
    "links beyond the limit are counted where many are added at once",
    () => {
      const span = ended((open) => open.addLinks(linksFrom(3)), { linkCountLimit: 2 });
      expect([indices(span), span.droppedLinksCount]).to.deep.equal([[0, 1], 1]);
    },
  ],
  [
    49,
    "links that are given at the start are kept",
    () => expect(started({ links: LINKS }).links).to.deep.equal(asKept),
  ],
  [
    50,
    "a link may be added later",
    () => expect(ended((span) => span.addLink({ context: PARENT })).links).to.deep.equal(asKept.slice(0, 1)),
  ],
  [
    51,
    "links may be added later, many at once",
    () => expect(ended((span) => span.addLinks(LINKS)).links).to.deep.equal(asKept),
  ],
  [
    52,
    "events are read as they come, and none comes after the end",
    () => {
      const span = started().addEvent("first");
      expect(span.events).to.have.lengthOf(1);
      span.addEvent("second", VALID);
      expect(span.events.map(({ name, attributes }) => [name, attributes])).to.deep.equal([
        ["first", {}],
        ["second", VALID],
      ]);
      expect(span.events.every(({ time }) => time[0] > 0)).to.equal(true);
      span.end();
      span.addEvent("late");
      expect(span.events).to.have.lengthOf(2);
    },
  ],
  [
    62,
    "a text that was thrown is an exception with that message",
    () => {
      const [event] = ended((span) => span.recordException("boom")).events;
      expect(event?.name).to.equal("exception");
      expect(event?.attributes).to.include({ "exception.message": "boom" });
      expect(event?.time[0]).to.be.above(0);
    },
  ],
  [
    63,
    "an object that was thrown has its type by its name or its code, its message and its stack",
    () => {
      for (const type of [{ name: "Declined" }, { code: "Declined" }]) {
        const [event] = ended((span) => span.recordException({ ...type, message: "m", stack: "s" })).events;
        expect(event?.attributes).to.deep.equal({
          "exception.type": "Declined",
          "exception.message": "m",
          "exception.stacktrace": "s",
        });
      }
    },
  ],
  [
    64,
    "an exception happened when it is said to have",
    () =>
      expect(ended((span) => span.recordException("boom", [0, 123])).events[0]?.time).to.deep.equal([0, 123]),
  ],
  [
    65,
    "a code that is a number is a type that is a text",
    () => {
      const [event] = ended((span) => span.recordException({ code: 12 })).events;
      expect(event?.attributes["exception.type"]).to.equal("12");
    },
  ],
];
