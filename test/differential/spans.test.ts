/*
 * The same programs on our TracerProvider and on the official SDK's, 2.12, with the same ids and in the same time: a
 * processor sees the same in every field of every span, as it starts, as it is ending, when it has ended and later.
 *
 * What either SDK does where they differ is stated in differences.test.ts, one row for each; hence, in these programs,
 * - attribute values are of the API's type, or of none that either SDK takes; maps, bytes and mixed arrays are ours alone
 * - an attribute that is undefined at a span's start is none that a sampler sets: theirs keeps its place for it
 * - attributes of events and of links given to a span later are never null or undefined: theirs count and keep them
 * - limits of a value's length are at least 1, and attributeValueSizeLimit, which is ours alone, is off
 * - ours takes no secrets out but where a test says so: in none of these programs there is one
 * - which events and links are kept beyond a limit is stated of each SDK alone: theirs keeps the last, ours the first
 * - parents have the flag "sampled" or none: theirs drops the others; ids in lower case
 * - exceptions are errors, or the API's objects with a message, and a name or a code but not both
 * - times are valid and, as numbers, whole milliseconds, and the wall clock agrees with performance.now()
 * Fields that the official SDK leaves out where they are empty (a link's attributes and count, a status's message, a
 * tracestate, isRemote) are compared by their defaults.
 */
import { expect } from "chai";
import * as fc from "fast-check";
import { anyProgram, anySpanContext } from "./any-program.ts";
import { type Outcome, runOnOurs, runOnTheirs, type Setting } from "./both-sdks.ts";
import { type PlainSpan, sinkViewOf } from "./plain-span.ts";
import { anySamplers } from "./samplers.ts";
import type { Program } from "./span-programs.ts";

const NO_SAMPLERS = { ours: undefined, theirs: undefined };

const count = fc.constantFrom(0, 1, 2, 3);
const attributeLimits = fc.record(
  {
    attributeCountLimit: count,
    attributeValueLengthLimit: fc.constantFrom(1, 2, 3),
    attributePerEventCountLimit: count,
    attributePerLinkCountLimit: count,
  },
  { requiredKeys: [] },
);
const eventAndLinkLimits = fc.record({ eventCountLimit: count, linkCountLimit: count });

/** None, remote or local, sampled or not; now and then one that is invalid. */
const anyParent = fc.option(
  fc
    .tuple(anySpanContext, fc.constantFrom({}, {}, {}, { traceId: "0".repeat(32) }, { spanId: "" }))
    .map(([context, flaw]) => Object.assign(context, flaw)),
  { nil: undefined },
);

const NUM_RUNS = { numRuns: 400 };

describe("our TracerProvider and the official one", () => {
  it("make the same spans of the same program", () => {
    fc.assert(
      fc.property(anyProgram, anyParent, (program, above) => agree(program, above)),
      NUM_RUNS,
    );
  });

  it("make the same spans with the same sampler, be it ours, theirs or a user's", () => {
    fc.assert(
      fc.property(anyProgram, anyParent, anySamplers, (program, above, samplers) =>
        agree(program, above, { samplers }),
      ),
      NUM_RUNS,
    );
  });

  it("make the same spans where ours takes secrets out, and there are none", () => {
    fc.assert(
      fc.property(anyProgram, anyParent, (program, above) => agree(program, above, { redacts: true })),
      NUM_RUNS,
    );
  });

  it("ask a sampler the same", () => {
    fc.assert(
      fc.property(anyProgram, anyParent, anySamplers, (program, above, samplers) =>
        agree(program, above, { samplers, notesAsked: true }),
      ),
      NUM_RUNS,
    );
  });

  it("make the same spans within the same limits of attributes", () => {
    fc.assert(
      fc.property(anyProgram, anyParent, attributeLimits, (program, above, limits) =>
        agree(program, above, { limits }),
      ),
      NUM_RUNS,
    );
  });

  it("keep the same 128 attributes", () => {
    const attributes = Object.fromEntries(Array.from({ length: 130 }, (_, each) => [`key ${each}`, each]));
    const changes = { "key 0": "changed", "key 127": "changed", "key 129": "changed", more: 1 };
    const acts = [{ do: "setAttributes", attributes: changes } as const];
    agree({ scope: ["library"], name: "span", options: { attributes }, acts, ends: true }, undefined);
  });

  it("count the same events and links beyond a limit, of which ours keeps the first and theirs the last", () => {
    fc.assert(
      fc.property(anyProgram, eventAndLinkLimits, (program, limits) => {
        const setting = { samplers: NO_SAMPLERS, parent: undefined, limits };
        const all = runOnOurs(program, { ...setting, limits: {} });
        expect(runOnOurs(program, setting).seen).to.deep.equal(within(all.seen, limits, first));
        expect(runOnTheirs(program, setting).seen).to.deep.equal(within(all.seen, limits, last));
      }),
      NUM_RUNS,
    );
  });

  it("are compared in programs that make full use of them", () => {
    const spans = fc
      .sample(fc.tuple(anyProgram, anyParent, anySamplers), { numRuns: 800, seed: 1 })
      .flatMap(
        ([program, above, samplers]) => runOnOurs(program, { samplers, parent: above, limits: {} }).seen,
      );
    const ended = spans.filter(({ moment }) => moment === "end").map(({ span }) => span);
    const isUsed: Record<string, (span: PlainSpan) => boolean> = {
      events: ({ events }) => events.length > 1,
      links: ({ links }) => links.length > 1,
      "the tracestate of a link": ({ links }) => links.some(({ context }) => context.traceState !== ""),
      exceptions: ({ events }) => events.some(({ name }) => name === "exception"),
      "a tracestate": ({ context }) => context.traceState !== "",
      "a remote parent": (span) => span.parent?.isRemote === true,
      "no parent": (span) => span.parent === undefined,
      "a duration": ({ duration: [seconds] }) => seconds > 0,
      "a duration of nothing": ({ duration: [seconds, nanoseconds] }) => seconds + nanoseconds === 0,
      errors: ({ status }) => status.code === 2,
      "a record that is not sampled": ({ context }) => context.traceFlags === 0,
    };
    for (const [what, uses] of Object.entries(isUsed))
      expect(ended.filter(uses).length, what).to.be.above(20);
  });
});

/** The same on both; and the sink is told the same as processors are. */
function agree(program: Program, parent: Setting["parent"], setting: Partial<Setting> = {}): void {
  const full: Setting = { samplers: NO_SAMPLERS, limits: {}, ...setting, parent };
  const { sink, ...ours } = runOnOurs(program, full);
  expect(ours).to.deep.equal(runOnTheirs(program, full));
  const ended = ours.seen.filter(({ moment }) => moment === "end").map(({ span }) => span);
  expect(ours.kept).to.deep.equal(ended);
  expect(sink).to.deep.equal(ended.filter(({ context }) => context.traceFlags === 1).map(sinkViewOf));
}

const first = <Item>(items: readonly Item[], limit: number): readonly Item[] => items.slice(0, limit);
const last = <Item>(items: readonly Item[], limit: number): readonly Item[] =>
  items.slice(Math.max(0, items.length - limit));

/** What is left of spans that were made without such limits. */
function within(
  seen: Outcome["seen"],
  { eventCountLimit, linkCountLimit }: { eventCountLimit: number; linkCountLimit: number },
  kept: <Item>(items: readonly Item[], limit: number) => readonly Item[],
): Outcome["seen"] {
  return seen.map(({ moment, span }) => ({
    moment,
    span: {
      ...span,
      events: kept(span.events, eventCountLimit),
      links: kept(span.links, linkCountLimit),
      dropped: {
        ...span.dropped,
        events: Math.max(0, span.events.length - eventCountLimit),
        links: Math.max(0, span.links.length - linkCountLimit),
      },
    },
  }));
}
