import {
  type Attributes,
  type Context,
  createTraceState,
  type Link,
  type Span,
  SpanKind,
  type SpanOptions,
  trace,
} from "@opentelemetry/api";
import { TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import { parentBased, type ParentBasedOptions } from "../../src/trace/parent-based.ts";
import {
  alwaysOff,
  alwaysOn,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  traceIdRatioBased,
} from "../../src/trace/sampler.ts";
import { recording } from "../recording.ts";
import { silently } from "../stderr.ts";
import { EMPTY, REMOTE, under } from "./traced.ts";

const { NOT_RECORD, RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const throws = (): never => {
  throw new Error("on purpose");
};

const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & 1) === 1;

/** A tracer whose spans a sampler decides, what its sink gets, and the names of what a processor sees to the end. */
function decidedBy(sampler: Sampler, limits: Partial<Limits> = {}) {
  const seen: string[] = [];
  const { spans, providers } = recording(undefined, {
    sampler,
    limits: { ...DEFAULT_LIMITS, ...limits },
    processors: [
      {
        onStart: () => {},
        onEnd: ({ name }) => void seen.push(name),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  return { tracer: providers.tracerProvider.getTracer("library"), spans, seen };
}

/** A sampler of which only the result matters. */
const sampling = (result: Partial<SamplingResult> = {}): Sampler => ({
  shouldSample: () => ({ decision: RECORD_AND_SAMPLED, ...result }),
});

/** One that gives whatever this is. */
const giving = (value: unknown): Sampler => ({ shouldSample: () => value as SamplingResult });

/** One that is known by what it gives. */
const named = (name: string): Sampler => ({
  shouldSample: () => ({ decision: RECORD, attributes: { name } }),
  toString: () => name,
});

type Question = Parameters<Sampler["shouldSample"]>;

/** What a sampler is asked for one span. */
function asked(options?: SpanOptions, context: Context = EMPTY, limits: Partial<Limits> = {}): Question[] {
  const questions: Question[] = [];
  const { tracer } = decidedBy(
    {
      shouldSample: (...question) => {
        questions.push(question);
        return { decision: NOT_RECORD };
      },
    },
    limits,
  );
  tracer.startSpan("span", options, context);
  return questions;
}

/** How often a plugin failed while `use` ran. */
function failuresIn(use: () => void): number {
  const before = troubles().plugin_failed ?? 0;
  use();
  return (troubles().plugin_failed ?? 0) - before;
}

const word = fc.nat({ max: 0xffffffff });
const hexOf = (words: readonly number[]): string =>
  words.map((each) => (each >>> 0).toString(16).padStart(8, "0")).join("");
const traceId = fc.tuple(word, word, word, word).map(hexOf);
const ratio = fc.oneof(fc.double({ min: 0, max: 1 }), fc.double(), fc.constantFrom(0, 1, -0, NaN, Infinity));

/** A ratio, and a trace id that is at its bound or right beside it. */
const atTheBound = fc
  .tuple(fc.double({ min: 0, max: 1 }), fc.tuple(word, word, word), fc.constantFrom(-2, -1, 0, 1, 2))
  .map(([share, [a, b, c], beside]) => {
    const bound = Math.floor(share * 0xffffffff) + beside;
    return [share, hexOf([a, b, c, a ^ b ^ c ^ bound])] as const;
  });

const decision = (sampler: Sampler, id: string): number =>
  sampler.shouldSample(EMPTY, id, "span", SpanKind.INTERNAL, {}, []).decision;

describe("a ratio of traces", () => {
  for (const [given, share] of [
    [0, 0],
    [-0, 0],
    [-1, 0],
    [NaN, 0],
    [-Infinity, 0],
    ["0.5", 0],
    [undefined, 0],
    [5e-324, 5e-324],
    [0.25, 0.25],
    [1, 1],
    [1.5, 1],
    [Infinity, 1],
  ] as const) {
    it(`is ${share} where ${Object.is(given, -0) ? "-0" : (JSON.stringify(given) ?? "nothing")} (${String(given)}) is given`, () => {
      const sampler = traceIdRatioBased(given as number);
      expect(sampler.toString()).to.equal(`TraceIdRatioBased{${share}}`);
      const [first, last] = [
        decision(sampler, "0".repeat(31) + "1"),
        decision(sampler, "0".repeat(24) + "f".repeat(8)),
      ];
      expect([first, last]).to.deep.equal([
        share > 0.1 ? RECORD_AND_SAMPLED : NOT_RECORD,
        share === 1 ? RECORD_AND_SAMPLED : NOT_RECORD,
      ]);
    });
  }

  it("takes no trace that a larger one leaves", () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(ratio, traceId), atTheBound), ratio, ([one, id], other) => {
        const [smaller, larger] = [
          traceIdRatioBased(Math.min(one, other)),
          traceIdRatioBased(Math.max(one, other)),
        ];
        expect(decision(smaller, id)).to.be.at.most(decision(larger, id));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes the traces that the official sampler takes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(ratio, traceId), atTheBound), fc.boolean(), ([share, id], isUpper) => {
        const own = isUpper ? id.toUpperCase() : id;
        const official = new TraceIdRatioBasedSampler(share);
        expect(decision(traceIdRatioBased(share), own)).to.equal(decision(official, own));
        expect(traceIdRatioBased(share).toString()).to.equal(official.toString());
      }),
      { numRuns: 2000 },
    );
  });

  it("is about its share of random traces", () => {
    const { tracer, spans } = decidedBy(traceIdRatioBased(0.25));
    for (let each = 0; each < 4000; each++) tracer.startSpan("span", {}, EMPTY).end();
    expect(spans.length).to.be.within(800, 1200);
  });
});

describe("a sampler by the parent", () => {
  const names = [
    "root",
    "remoteParentSampled",
    "remoteParentNotSampled",
    "localParentSampled",
    "localParentNotSampled",
  ] as const;
  const options = Object.fromEntries(
    names.map((name) => [name, named(name)]),
  ) as unknown as ParentBasedOptions;
  const { isRemote: _, ...LOCAL } = REMOTE;
  const parents: Record<(typeof names)[number], readonly Context[]> = {
    root: [EMPTY, under({ ...REMOTE, traceId: "0".repeat(32) }), under({ ...REMOTE, spanId: "" })],
    remoteParentSampled: [under(REMOTE), under({ ...REMOTE, traceFlags: 0xff })],
    remoteParentNotSampled: [under({ ...REMOTE, traceFlags: 0 }), under({ ...REMOTE, traceFlags: 0xfe })],
    localParentSampled: [under(LOCAL), under({ ...LOCAL, isRemote: false })],
    localParentNotSampled: [under({ ...LOCAL, traceFlags: 0 })],
  };

  for (const name of names) {
    it(`asks its sampler for ${name} where there is such a parent`, () => {
      for (const context of parents[name]) {
        const result = parentBased(options).shouldSample(context, REMOTE.traceId, "span", 0, {}, []);
        expect(result).to.deep.equal({ decision: RECORD, attributes: { name } });
      }
    });
  }

  it("hands on all that it is asked, as it is", () => {
    const question: Question = [
      under(REMOTE),
      REMOTE.traceId,
      "span",
      SpanKind.CLIENT,
      { a: 1 },
      [{ context: REMOTE }],
    ];
    const seen: Question[] = [];
    const remoteParentSampled: Sampler = {
      shouldSample: (...given) => {
        seen.push(given);
        return { decision: RECORD };
      },
    };
    parentBased({ root: alwaysOff(), remoteParentSampled }).shouldSample(...question);
    expect(seen).to.have.lengthOf(1);
    for (const [place, part] of question.entries()) expect(seen[0]?.[place]).to.equal(part);
  });

  it("goes the way of the parent unless it is told otherwise, and records roots", () => {
    const byDefault = parentBased({} as ParentBasedOptions);
    const decisions = names.map((name) => {
      const [context = EMPTY] = parents[name];
      return byDefault.shouldSample(context, REMOTE.traceId, "span", 0, {}, []).decision;
    });
    expect(decisions).to.deep.equal([2, 2, 0, 2, 0]);
    expect(parentBased(undefined as unknown as ParentBasedOptions).toString()).to.equal(byDefault.toString());
  });

  it("goes the way of the parent where its options cannot be read, which is reported", () => {
    const broken = {
      get root(): Sampler {
        throw new Error("on purpose");
      },
    };
    const before = troubles().invalid_configuration ?? 0;
    const byDefault = parentBased({ root: alwaysOn() }).toString();
    silently(() => expect(parentBased(broken).toString()).to.equal(byDefault));
    expect(troubles().invalid_configuration).to.be.greaterThan(before);
  });

  it("says how it decides", () => {
    expect(parentBased(options).toString()).to.equal(
      `ParentBased{${names.map((name) => `${name}=${name}`).join(", ")}}`,
    );
    expect(parentBased({ root: traceIdRatioBased(0.5) }).toString()).to.equal(
      "ParentBased{root=TraceIdRatioBased{0.5}, remoteParentSampled=AlwaysOnSampler, remoteParentNotSampled=AlwaysOffSampler, localParentSampled=AlwaysOnSampler, localParentNotSampled=AlwaysOffSampler}",
    );
  });

  it("keeps a trace whole: what is below an unsampled root is not sampled either", () => {
    const { tracer, spans } = decidedBy(parentBased({ root: alwaysOff() }));
    const root = tracer.startSpan("root", {}, EMPTY);
    tracer.startSpan("child", {}, under(root)).end();
    tracer.startSpan("child of a sampled one", {}, under(REMOTE)).end();
    root.end();
    expect(spans.map(({ name }) => name)).to.deep.equal(["child of a sampled one"]);
  });
});

describe("a decision", () => {
  it("to record and sample gives a span to processors and to the sink", () => {
    const { tracer, spans, seen } = decidedBy(alwaysOn());
    const span = tracer.startSpan("span", {}, under({ ...REMOTE, traceFlags: 0 }));
    expect([span.isRecording(), isSampled(span)]).to.deep.equal([true, true]);
    span.end();
    expect([spans.length, seen]).to.deep.equal([1, ["span"]]);
  });

  it("to record gives a span to processors and not to the sink, and it says that it is not sampled", () => {
    const { tracer, spans, seen } = decidedBy(sampling({ decision: RECORD }));
    const span = tracer.startSpan("span", { attributes: { a: 1 } }, under(REMOTE));
    expect([span.isRecording(), isSampled(span)]).to.deep.equal([true, false]);
    tracer.startSpan("child", {}, under(span)).end();
    span.end();
    expect([spans, seen]).to.deep.equal([[], ["child", "span"]]);
  });

  it("not to record gives a span with an id of its own that goes on with the trace, and to nobody", () => {
    const traceState = createTraceState("a=1");
    const { tracer, spans, seen } = decidedBy(alwaysOff());
    const span = tracer.startSpan("span", {}, under({ ...REMOTE, traceFlags: 3, traceState }));
    expect([span.isRecording(), isSampled(span)]).to.deep.equal([false, false]);
    const { spanId, ...rest } = span.spanContext();
    expect(rest).to.deep.equal({ traceId: REMOTE.traceId, traceFlags: 2, traceState });
    expect(spanId)
      .to.match(/^[\da-f]{16}$/)
      .and.not.to.equal(REMOTE.spanId);
    span.setAttribute("a", 1).addEvent("event").end();
    expect([spans, seen]).to.deep.equal([[], []]);
  });

  it("leaves the other trace flags as they are", () => {
    for (const result of [NOT_RECORD, RECORD, RECORD_AND_SAMPLED]) {
      const { tracer } = decidedBy(sampling({ decision: result }));
      const flags = [0xfe, 0xff].map(
        (traceFlags) =>
          tracer.startSpan("span", {}, under({ ...REMOTE, traceFlags })).spanContext().traceFlags,
      );
      expect(flags).to.deep.equal(result === RECORD_AND_SAMPLED ? [0xff, 0xff] : [0xfe, 0xfe]);
    }
  });

  it("brings attributes, which win over the span's and count for its limit", () => {
    const attributes = { a: "sampler", b: "sampler" };
    const { tracer, spans } = decidedBy(sampling({ attributes }), { attributeCountLimit: 2 });
    tracer.startSpan("span", { attributes: { a: "span", c: "span" } }, EMPTY).end();
    expect(spans[0]).to.deep.include({ attributes: { a: "sampler", c: "span" } });
    expect(spans[0]?.dropped.attributes).to.equal(1);
  });

  it("brings a tracestate, for the span and what is below it, recorded or not", () => {
    for (const result of [NOT_RECORD, RECORD_AND_SAMPLED]) {
      const traceState = createTraceState("sampler=1");
      const { tracer } = decidedBy(sampling({ decision: result, traceState }));
      const parent = under({ ...REMOTE, traceState: createTraceState("a=1") });
      expect(tracer.startSpan("span", {}, parent).spanContext().traceState).to.equal(traceState);
    }
  });

  it("without a tracestate leaves the parent's", () => {
    const traceState = createTraceState("a=1");
    const { tracer } = decidedBy(sampling());
    expect(tracer.startSpan("span", {}, under({ ...REMOTE, traceState })).spanContext().traceState).to.equal(
      traceState,
    );
  });

  it("may be one object for all spans, and stays as it is", () => {
    const result = Object.freeze({
      decision: RECORD_AND_SAMPLED,
      attributes: Object.freeze({ list: Object.freeze(["a"]) as string[] }),
      traceState: Object.freeze(createTraceState("a=1")),
    });
    const { tracer, spans } = decidedBy({ shouldSample: () => result });
    for (const name of ["first", "second"])
      tracer.startSpan(name, {}, EMPTY).setAttribute("name", name).setAttribute("list", ["b"]).end();
    expect(spans.map(({ attributes }) => attributes)).to.deep.equal([
      { list: ["b"], name: "first" },
      { list: ["b"], name: "second" },
    ]);
    expect(result.attributes).to.deep.equal({ list: ["a"] });
  });

  it("may be of a sampler that keeps state, for it is asked as a method", () => {
    class EverySecond implements Sampler {
      #count = 0;
      shouldSample(): SamplingResult {
        return { decision: this.#count++ % 2 === 0 ? RECORD_AND_SAMPLED : NOT_RECORD };
      }
    }
    const { tracer, spans } = decidedBy(new EverySecond());
    for (const name of ["a", "b", "c"]) tracer.startSpan(name, {}, EMPTY).end();
    expect(spans.map(({ name }) => name)).to.deep.equal(["a", "c"]);
  });
});

describe("a sampler is asked", () => {
  it("once for each span, with all that the span is started with", () => {
    const context = under(REMOTE);
    const links = [{ context: REMOTE, attributes: { b: 2 } }];
    const questions = asked({ kind: SpanKind.CLIENT, attributes: { a: [1] }, links }, context);
    expect(questions).to.deep.equal([[context, REMOTE.traceId, "span", SpanKind.CLIENT, { a: [1] }, links]]);
    expect(questions[0]?.[0]).to.equal(context);
  });

  it("with defaults where the span is started with nothing", () => {
    const [[context, id, ...rest] = []] = asked();
    expect(context).to.equal(EMPTY);
    expect(id).to.match(/^[\da-f]{32}$/);
    expect(rest).to.deep.equal(["span", SpanKind.INTERNAL, {}, []]);
  });

  it("with the trace id that the span then has, also a root's", () => {
    let known: string | undefined;
    const { tracer } = decidedBy({
      shouldSample: (_, id) => {
        known = id;
        return { decision: RECORD_AND_SAMPLED };
      },
    });
    for (const context of [EMPTY, under(REMOTE)])
      expect(tracer.startSpan("span", {}, context).spanContext().traceId).to.equal(known);
  });

  it("without the parent where the span is a root, and with the rest of the context", () => {
    const key = Symbol("key");
    const [[context, id] = []] = asked({ root: true }, under(REMOTE).setValue(key, "value"));
    expect(context && trace.getSpan(context)).to.equal(undefined);
    expect(context?.getValue(key)).to.equal("value");
    expect(id).not.to.equal(REMOTE.traceId);
  });

  it("with every valid attribute, whole, whatever the span's limits", () => {
    const attributes: Attributes = Object.fromEntries(
      Array.from({ length: 200 }, (_, each) => [`${each}`, "text"]),
    );
    const limits = { attributeCountLimit: 2, attributeValueLengthLimit: 1 };
    const [question] = asked({ attributes: { ...attributes, "": 1, bad: 1n as never } }, EMPTY, limits);
    expect(question?.[4]).to.deep.equal(attributes);
  });

  it("with the valid attributes of links", () => {
    const [question] = asked({ links: [{ context: REMOTE, attributes: { a: 1, "": 1, bad: 1n as never } }] });
    expect(question?.[5].map(({ attributes }) => attributes)).to.deep.equal([{ a: 1 }]);
  });

  it("not at all where tracing is suppressed", () => {
    expect(asked({}, SUPPRESSED)).to.deep.equal([]);
  });

  it("with what is its own to change: what it adds is the span's, and the host's objects stay", () => {
    const { tracer, spans } = decidedBy({
      shouldSample: (_, __, ___, ____, attributes, links) => {
        (attributes["list"] as string[]).push("changed");
        attributes["added"] = true;
        for (const { attributes: own = {} } of links) own["secret"] = "changed";
        links.length = 0;
        return { decision: RECORD_AND_SAMPLED };
      },
    });
    const attributes = { list: ["a"] };
    const links: Link[] = [{ context: { ...REMOTE }, attributes: { secret: "kept" } }];
    tracer.startSpan("span", { attributes, links }, EMPTY).end();
    expect(spans[0]?.attributes).to.deep.equal({ list: ["a", "changed"], added: true });
    expect([attributes, links]).to.deep.equal([
      { list: ["a"] },
      [{ context: REMOTE, attributes: { secret: "kept" } }],
    ]);
  });
});

describe("a sampler that fails", () => {
  const field = (name: string): object => Object.defineProperty({ decision: 2 }, name, { get: throws });
  const FAILING: Record<string, Sampler> = {
    "that throws": { shouldSample: throws },
    "that throws what cannot be shown": {
      shouldSample: () => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- on purpose
        throw revoked.proxy;
      },
    },
    "that has no shouldSample": {} as Sampler,
    "that is none": 5 as unknown as Sampler,
    "that is a revoked proxy": revoked.proxy as Sampler,
    "that gives nothing": giving(undefined),
    "that gives null": giving(null),
    "that gives a number": giving(2),
    "that gives an empty object": giving({}),
    "that gives a promise": giving(Promise.resolve({ decision: 2 })),
    "that gives a revoked proxy": giving(revoked.proxy),
    "that decides on 3": giving({ decision: 3 }),
    "that decides on -1": giving({ decision: -1 }),
    "that decides on 1.5": giving({ decision: 1.5 }),
    "that decides on NaN": giving({ decision: NaN }),
    "that decides on a text": giving({ decision: "2" }),
    "that decides on a symbol": giving({ decision: Symbol("2") }),
    "whose decision throws": giving(field("decision")),
    "whose attributes throw": giving(field("attributes")),
    "whose tracestate throws": giving(field("traceState")),
    "by the parent that delegates to one": parentBased({
      root: { shouldSample: throws },
      remoteParentSampled: giving(5),
      remoteParentNotSampled: giving({}),
    }),
  };

  it("is known before it decides, and reported: the default decides in its place", () => {
    const before = troubles().invalid_configuration ?? 0;
    let sampler: Sampler | undefined;
    silently(() => {
      const wrong = { root: 0.5, remoteParentNotSampled: {}, localParentSampled: alwaysOn };
      sampler = parentBased(wrong as unknown as ParentBasedOptions);
    });
    expect((troubles().invalid_configuration ?? 0) - before).to.equal(3);
    expect(String(sampler)).to.equal(parentBased({ root: alwaysOn() }).toString());
  });

  for (const [what, sampler] of Object.entries(FAILING)) {
    it(`${what} costs no span: it goes the way of its parent, a root is sampled, and it is counted`, () => {
      const { tracer, spans } = decidedBy(sampler);
      const start = (context: Context) => tracer.startSpan("span", { attributes: { a: 1 } }, context);
      const failures = failuresIn(() => {
        start(EMPTY).end();
        start(under(REMOTE)).end();
        const unsampled = start(under({ ...REMOTE, traceFlags: 0 }));
        expect([unsampled.isRecording(), unsampled.spanContext().traceId]).to.deep.equal([
          false,
          REMOTE.traceId,
        ]);
        unsampled.end();
      });
      expect(failures).to.equal(3);
      expect(spans.map(({ attributes }) => attributes)).to.deep.equal([{ a: 1 }, { a: 1 }]);
      expect(spans[1]?.parentSpanId).to.equal(REMOTE.spanId);
    });
  }

  for (const [what, part] of Object.entries<Partial<Record<keyof SamplingResult, unknown>>>({
    "attributes that are a text": { attributes: "ab" },
    "attributes that are a list": { attributes: ["a"] },
    "an attribute that throws": {
      attributes: Object.defineProperty({}, "b", { get: throws, enumerable: true }),
    },
    "an attribute that is none": { attributes: { b: 1n } },
    "attributes that are a revoked proxy": { attributes: revoked.proxy },
    "a tracestate that is a text": { traceState: "a=1" },
    "a tracestate that is a revoked proxy": { traceState: revoked.proxy },
    "a tracestate that cannot be told": { traceState: { serialize: throws } },
  })) {
    it(`with ${what} keeps the span, and its own attributes`, () => {
      const { tracer, spans } = decidedBy(sampling(part as Partial<SamplingResult>));
      const span = tracer.startSpan("span", { attributes: { a: 1 } }, EMPTY);
      tracer.startSpan("child", {}, under(span)).end();
      span.end();
      expect(spans.map(({ name }) => name)).to.deep.equal(["child", "span"]);
      expect(spans[1]?.attributes).to.deep.equal({ a: 1 });
    });
  }

  it("by starting spans without end costs no error", () => {
    let isDeep = false;
    const { tracer, spans } = decidedBy({
      shouldSample: () => {
        tracer.startSpan("of the sampler", {}, EMPTY);
        isDeep = true;
        return { decision: RECORD_AND_SAMPLED };
      },
    });
    tracer.startSpan("span", {}, EMPTY).end();
    expect([isDeep, spans.length]).to.deep.equal([true, 1]);
  });

  it("later, by a promise that is rejected, costs nobody anything", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
    try {
      const { tracer } = decidedBy({ shouldSample: async () => throws() } as unknown as Sampler);
      expect(failuresIn(() => tracer.startSpan("span", {}, EMPTY))).to.equal(1);
      await turn();
      await turn();
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off("unhandledRejection", note);
      for (const other of others) process.on("unhandledRejection", other);
    }
  });

  it("is not blamed for options that cannot be read, and decides all the same", () => {
    const { tracer, spans } = decidedBy(sampling({ decision: NOT_RECORD }));
    const failures = failuresIn(() => {
      for (const links of [5, "ab", [null], Object.create({ [Symbol.iterator]: throws })] as unknown[])
        tracer.startSpan("span", { links } as SpanOptions, EMPTY).end();
    });
    expect([failures, spans.length]).to.deep.equal([0, 0]);
  });
});
