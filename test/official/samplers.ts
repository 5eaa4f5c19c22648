import {
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler as OfficialSampler,
  SamplingDecision as OfficialDecision,
  type SamplingResult as OfficialResult,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { alwaysRecord } from "../../src/trace/always-record.ts";
import { parentBased } from "../../src/trace/parent-based.ts";
import {
  alwaysOff,
  alwaysOn,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  traceIdRatioBased,
} from "../../src/trace/sampler.ts";
import { PARENT, type Row } from "./stage.ts";

const { NOT_RECORD, RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

const resultOf = (sampler: Sampler, context = ROOT_CONTEXT, traceId = PARENT.traceId) =>
  sampler.shouldSample(context, traceId, "span", SpanKind.CLIENT, {}, []);
const decisionOf = (...asked: Parameters<typeof resultOf>): number => resultOf(...asked).decision;

/** A trace id that ends in these digits, and is 0 otherwise. */
const idOf = (digits: number | string): string => digits.toString(16).padStart(32, "0");
const ratioDecides = (ratio: number, digits: number | string) =>
  decisionOf(traceIdRatioBased(ratio), ROOT_CONTEXT, idOf(digits));

const parentOf = (fields: object) => trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, ...fields });
const NOT_SAMPLED = parentOf({ traceFlags: TraceFlags.NONE });
const SAMPLED = parentOf({});
const INVALID = trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT);

/** Of sdk-trace/test/common/sampler/AlwaysOffSampler.test.ts and AlwaysOnSampler.test.ts. */
export const ALWAYS_OFF: readonly Row[] = [
  [
    1,
    "has the official sampler's name",
    () => expect(alwaysOff().toString()).to.equal(new AlwaysOffSampler().toString()),
  ],
  [2, "records nothing", () => expect(decisionOf(alwaysOff())).to.equal(NOT_RECORD)],
];
export const ALWAYS_ON: readonly Row[] = [
  [
    1,
    "has the official sampler's name",
    () => expect(alwaysOn().toString()).to.equal(new AlwaysOnSampler().toString()),
  ],
  [2, "samples everything", () => expect(decisionOf(alwaysOn())).to.equal(RECORD_AND_SAMPLED)],
];

/** Of sdk-trace/test/common/sampler/AlwaysRecordSampler.test.ts. */
export const ALWAYS_RECORD: readonly Row[] = [
  [
    1,
    "has the official sampler's name, with that of its delegate",
    () => expect(alwaysRecord(alwaysOff()).toString()).to.equal("AlwaysRecordSampler{AlwaysOffSampler}"),
  ],
  [
    4,
    "leaves a span that is sampled sampled",
    () => expect(decisionOf(alwaysRecord(alwaysOn()))).to.equal(RECORD_AND_SAMPLED),
  ],
  [
    5,
    "leaves a span that is recorded recorded",
    () => expect(decisionOf(alwaysRecord({ shouldSample: () => ({ decision: RECORD }) }))).to.equal(RECORD),
  ],
  [
    6,
    "records a span that was not to be, and keeps the attributes and tracestate of the decision",
    () => {
      const result = { decision: NOT_RECORD, attributes: { a: 1 }, traceState: createTraceState("a=1") };
      const decided = resultOf(alwaysRecord({ shouldSample: () => result }));
      expect(decided).to.deep.equal({ ...result, decision: RECORD });
    },
  ],
];

/** Of sdk-trace/test/common/sampler/ParentBasedSampler.test.ts. */
export const PARENT_BASED: readonly Row[] = [
  [
    1,
    "has the official sampler's name, with those of its delegates",
    () => {
      const pairs = [
        [alwaysOn(), new AlwaysOnSampler()],
        [alwaysOff(), new AlwaysOffSampler()],
        [traceIdRatioBased(0.5), new TraceIdRatioBasedSampler(0.5)],
      ] as const;
      for (const [ours, theirs] of pairs)
        expect(parentBased({ root: ours }).toString()).to.equal(
          new ParentBasedSampler({ root: theirs }).toString(),
        );
    },
  ],
  ...(
    [
      [2, "does not record below a parent that is not sampled", alwaysOn(), NOT_SAMPLED, NOT_RECORD],
      [3, "asks the root's sampler where the parent is invalid: on", alwaysOn(), INVALID, RECORD_AND_SAMPLED],
      [4, "asks the root's sampler without a parent: on", alwaysOn(), ROOT_CONTEXT, RECORD_AND_SAMPLED],
      [5, "samples below a parent that is sampled", alwaysOff(), SAMPLED, RECORD_AND_SAMPLED],
      [6, "asks the root's sampler where the parent is invalid: off", alwaysOff(), INVALID, NOT_RECORD],
      [7, "asks the root's sampler without a parent: off", alwaysOff(), ROOT_CONTEXT, NOT_RECORD],
    ] as const
  ).map(([at, title, root, context, decision]): Row => [
    at,
    title,
    () => expect(decisionOf(parentBased({ root }), context)).to.equal(decision),
  ]),
];

/** Of sdk-trace/test/common/sampler/Sampler.test.ts; that they compile is what is said. */
export const SAMPLER: readonly Row[] = [
  [
    1,
    "samplers of either are samplers of the other",
    () => {
      const ours: Sampler[] = [
        new AlwaysOffSampler(),
        new AlwaysOnSampler(),
        new ParentBasedSampler({ root: alwaysOff() }),
        new TraceIdRatioBasedSampler(),
      ];
      const theirs: OfficialSampler[] = [
        alwaysOff(),
        alwaysOn(),
        parentBased({ root: new AlwaysOffSampler() }),
        traceIdRatioBased(0),
      ];
      expect(ours.map((each) => decisionOf(each))).to.deep.equal(theirs.map((each) => decisionOf(each)));
    },
  ],
  [
    2,
    "results of either are results of the other, and decisions have the same numbers",
    () => {
      const theirs: OfficialResult = {
        decision: alwaysOn().shouldSample(ROOT_CONTEXT, "", "", 0, {}, []).decision,
      };
      const ours: SamplingResult = theirs;
      expect(ours.decision).to.equal(OfficialDecision.RECORD_AND_SAMPLED);
      const numbers = Object.entries(OfficialDecision).filter(([, value]) => typeof value === "number");
      expect(Object.fromEntries(numbers)).to.deep.equal(SamplingDecision);
    },
  ],
];

/** Of sdk-trace/test/common/sampler/TraceIdRatioBasedSampler.test.ts. */
export const TRACE_ID_RATIO: readonly Row[] = [
  [
    1,
    "has the official sampler's name, with its ratio",
    () => {
      for (const ratio of [1, 0.5, 0, -0, undefined, NaN, Infinity, -Infinity])
        expect(traceIdRatioBased(ratio as number).toString()).to.equal(
          new TraceIdRatioBasedSampler(ratio).toString(),
        );
    },
  ],
  [
    2,
    "samples everything where the ratio is 1",
    () => {
      for (const id of [1, 0xffffffff]) expect(ratioDecides(1, id)).to.equal(RECORD_AND_SAMPLED);
    },
  ],
  [
    3,
    "samples everything where the ratio is above 1",
    () => expect(ratioDecides(100, 1)).to.equal(RECORD_AND_SAMPLED),
  ],
  ...(
    [
      [4, "0", 0],
      [5, "below 0", -1],
      [6, "no number", NaN],
      [7, "no number, negative", -NaN],
      [8, "left out", undefined as never],
    ] as const
  ).map(([at, what, ratio]): Row => [
    at,
    `samples nothing where the ratio is ${what}`,
    () => {
      expect(traceIdRatioBased(ratio).toString()).to.equal("TraceIdRatioBased{0}");
      expect([1, 0].map((id) => ratioDecides(ratio, id))).to.deep.equal([NOT_RECORD, NOT_RECORD]);
    },
  ]),
  [
    9,
    "decides by the trace id",
    () => {
      const decisions = [1, 0x33333333].map((id) => ratioDecides(0.2, id));
      expect(decisions).to.deep.equal([RECORD_AND_SAMPLED, NOT_RECORD]);
    },
  ],
  [
    10,
    "does not sample what has no valid trace id",
    () => {
      const decisions = ["", idOf("g")].map((id) => decisionOf(traceIdRatioBased(1), ROOT_CONTEXT, id));
      expect(decisions).to.deep.equal([NOT_RECORD, NOT_RECORD]);
    },
  ],
  [
    11,
    "samples what a lower ratio samples, and more, to the exact bound",
    () => {
      const [low, high] = [Math.floor(0xffffffff * 0.1), Math.floor(0xffffffff * 0.2)];
      const ids = [low - 1, high - 1, high];
      const [all, none] = [RECORD_AND_SAMPLED, NOT_RECORD];
      expect(ids.map((id) => ratioDecides(0.1, id))).to.deep.equal([all, none, none]);
      expect(ids.map((id) => ratioDecides(0.2, id))).to.deep.equal([all, all, none]);
    },
  ],
];
