import { type Exception, type SpanContext, type SpanOptions, type TimeInput } from "@opentelemetry/api";
import { expect } from "chai";
import type { Limits } from "../../src/core/limits.ts";
import type { Sampler } from "../../src/trace/sampler.ts";
import { runOnOurs, runOnTheirs, type Setting } from "./both-sdks.ts";
import { UPTIME } from "./fake-time.ts";
import type { PlainSpan } from "./plain-span.ts";
import type { Act, Program } from "./span-programs.ts";

/** One span, what is looked at, and what ours and theirs have there. */
interface Difference {
  readonly options?: SpanOptions;
  readonly act?: Act;
  readonly limits?: Partial<Limits>;
  readonly parent?: Partial<SpanContext>;
  readonly sampler?: Sampler;
  readonly drift?: number;
  readonly look: (span: PlainSpan) => unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
}

const PARENT: SpanContext = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };

const set = (value: unknown): Act => ({ do: "setAttribute", key: "key", value });
const addEvent = (attributes: object): Act => ({ do: "addEvent", name: "event", rest: [attributes] });
const recordException = (exception: unknown): Act => ({
  do: "recordException",
  exception: exception as Exception,
  time: undefined,
});
const endAt = (time: unknown): Act => ({ do: "end", time: time as TimeInput });

const attributes = (span: PlainSpan): object => Object.fromEntries(span.attributes);
const inEvents = (span: PlainSpan): object[] =>
  span.events.map((event) => Object.fromEntries(event.attributes));
/** From the start, which is now, to the end. */
const duration = ({ duration: [seconds, nanoseconds] }: PlainSpan): number => seconds * 1e9 + nanoseconds;

const THROWN = Object.assign(new Error("no", { cause: new Error("why") }), { code: "E_NO", stack: "stack" });

const DIFFERENCES: Record<string, Difference> = {
  "ours keeps maps, as the specification's AnyValue": {
    act: set({ map: { list: [1] } }),
    look: attributes,
    ours: { key: { map: { list: [1] } } },
    theirs: {},
  },
  "ours keeps arrays whose elements are of several kinds, as the specification's AnyValue": {
    act: set(["a", 1, true]),
    look: attributes,
    ours: { key: ["a", 1, true] },
    theirs: {},
  },
  "ours keeps bytes, as the specification's AnyValue": {
    act: set(Uint8Array.of(1, 2)),
    look: attributes,
    ours: { key: Uint8Array.of(1, 2) },
    theirs: {},
  },
  "ours has null for what is undefined in an array": {
    act: set([undefined, "a"]),
    look: attributes,
    ours: { key: [null, "a"] },
    theirs: { key: [undefined, "a"] },
  },
  "an attribute of an event that is null counts in theirs": {
    act: addEvent({ absent: null, present: 1 }),
    limits: { attributePerEventCountLimit: 1 },
    look: (span) => [inEvents(span), span.events[0]?.dropped],
    ours: [[{ present: 1 }], 0],
    theirs: [[{ absent: null }], 1],
  },
  "an attribute that is undefined at the start has a place in theirs for what the sampler sets": {
    options: { attributes: { first: undefined as never, second: 2 } },
    sampler: { shouldSample: () => ({ decision: 2, attributes: { first: 1 } }) },
    look: (span) => span.attributes.map(([key]) => key),
    ours: ["second", "first"],
    theirs: ["first", "second"],
  },
  "a limit of 0 characters leaves nothing of a text in ours, and is none in theirs": {
    act: set("text"),
    limits: { attributeValueLengthLimit: 0 },
    look: attributes,
    ours: { key: "" },
    theirs: { key: "text" },
  },
  "ours hands on all of a parent's trace flags, as W3C Trace Context Level 2 has it": {
    parent: { traceFlags: 3 },
    look: ({ context }) => context.traceFlags,
    ours: 3,
    theirs: 1,
  },
  "ours has ids in lower case, whatever its parent's": {
    parent: { traceId: "A".repeat(32) },
    look: ({ context }) => context.traceId,
    ours: "a".repeat(32),
    theirs: "A".repeat(32),
  },
  "ours has the type of an exception by its name first, theirs by its code; ours tells its causes": {
    act: recordException(THROWN),
    look: inEvents,
    ours: [
      {
        "exception.type": "Error",
        "exception.message": "no",
        "exception.stacktrace": `stack\nCaused by: ${(THROWN.cause as Error).stack}`,
      },
    ],
    theirs: [{ "exception.type": "E_NO", "exception.message": "no", "exception.stacktrace": "stack" }],
  },
  "ours names the type of a text that was thrown": {
    act: recordException("no"),
    look: inEvents,
    ours: [{ "exception.type": "string", "exception.message": "no" }],
    theirs: [{ "exception.message": "no" }],
  },
  "ours has an empty message where an exception has none": {
    act: recordException({ name: "Error" }),
    look: inEvents,
    ours: [{ "exception.type": "Error", "exception.message": "" }],
    theirs: [{ "exception.type": "Error" }],
  },
  "ours records whatever was thrown": {
    act: recordException(null),
    look: inEvents,
    ours: [{ "exception.type": "object", "exception.message": "null" }],
    theirs: [],
  },
  "a time that is none is now in ours": {
    act: { do: "addEvent", name: "event", rest: [{}, NaN] },
    look: ({ events, startTime }) => [events[0]?.time[0] === startTime[0], events[0]?.time[1]],
    ours: [true, 0],
    theirs: [false, NaN],
  },
  "a time before the epoch is now in ours": {
    options: { startTime: new Date(-1000) },
    look: ({ startTime }) => startTime[0] > 0,
    ours: true,
    theirs: false,
  },
  "a reading of performance.now() is exact in theirs, and to a quarter of a microsecond in ours": {
    act: { do: "addEvent", name: "event", rest: [UPTIME - 0.1] },
    look: ({ events }) => events[0]?.time[1],
    ours: 999_899_902,
    theirs: 999_900_000,
  },
  "a reading of performance.now() follows a wall clock that was set since in theirs": {
    act: endAt(UPTIME),
    drift: -5000,
    look: duration,
    ours: 5_000_000_000,
    theirs: 0,
  },
};

describe("our TracerProvider and the official one differ", () => {
  for (const [what, difference] of Object.entries(DIFFERENCES)) {
    it(what, () => {
      const { options = {}, act, limits = {}, parent, sampler, drift = 0, look, ours, theirs } = difference;
      const program: Program = {
        scope: ["library"],
        name: "span",
        options,
        acts: act ? [act] : [],
        ends: true,
      };
      const setting: Setting = {
        samplers: { ours: sampler, theirs: sampler },
        limits,
        parent: parent && { ...PARENT, ...parent },
        drift,
      };
      const [ourSpan, theirSpan] = [runOnOurs, runOnTheirs].map((runOn) => runOn(program, setting).kept[0]);
      expect(ourSpan && look(ourSpan)).to.deep.equal(ours);
      expect(theirSpan && look(theirSpan)).to.deep.equal(theirs);
      expect(ours).not.to.deep.equal(theirs);
    });
  }
});
