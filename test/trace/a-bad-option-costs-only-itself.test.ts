import { type Link, SpanKind, type SpanOptions } from "@opentelemetry/api";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import { type Sampler, SamplingDecision } from "../../src/trace/sampler.ts";
import { type RecordedSpan, recording } from "../recording.ts";
import { REMOTE, under } from "./traced.ts";

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const throws = (): never => {
  throw new Error("on purpose");
};

/** A sampler that is not ours, and how often it was asked. */
function foreign() {
  const questions: unknown[][] = [];
  const sampler: Sampler = {
    shouldSample: (...question) => {
      questions.push(question);
      return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    },
  };
  return { sampler, questions };
}

/** A span that was started with these options below a remote parent. */
function started(sampler: Sampler | undefined, options: object, limits: Partial<Limits> = {}): RecordedSpan {
  const { spans, providers } = recording(undefined, { sampler, limits: { ...DEFAULT_LIMITS, ...limits } });
  providers.tracerProvider.getTracer("library").startSpan("span", options, under(REMOTE)).end();
  return spans[0] ?? expect.fail("no span ended");
}

const GOOD: SpanOptions & { readonly links: Link[] } = {
  kind: SpanKind.CLIENT,
  attributes: { a: 1 },
  links: [{ context: REMOTE, attributes: { b: 2 } }],
  startTime: [5, 6],
  root: true,
};
const AS_RECORDED = {
  kind: SpanKind.CLIENT,
  attributes: { a: 1 },
  links: [{ traceId: REMOTE.traceId, spanId: REMOTE.spanId, attributes: { b: 2 } }],
  start: [5, 6],
  parentSpanId: undefined,
};
/** What stands in the place of an option that is none. */
const WITHOUT: Record<string, object> = {
  kind: { kind: SpanKind.INTERNAL },
  attributes: { attributes: {} },
  links: { links: [] },
  startTime: {},
  root: { parentSpanId: REMOTE.spanId },
};

const BAD_LINKS: Record<string, unknown> = {
  null: null,
  undefined: undefined,
  "a number": 5,
  "an object without a context": {},
  "a link with null as its context": { context: null },
  "a revoked proxy": revoked.proxy,
  "a link whose context is a revoked proxy": { context: revoked.proxy },
  "a link whose context throws": Object.defineProperty({}, "context", { get: throws }),
};

for (const isAsked of [false, true]) {
  const made = () => (isAsked ? foreign() : { sampler: undefined, questions: [] });

  describe(`with ${isAsked ? "another's sampler" : "no sampler"} a span`, () => {
    for (const option of Object.keys(GOOD)) {
      it(`has all its options but ${option}, where that throws, and that is reported once`, () => {
        const { sampler, questions } = made();
        const before = troubles().invalid_argument ?? 0;
        const span = started(sampler, Object.defineProperty({ ...GOOD }, option, { get: throws }));
        const { start, ...expected } = { ...AS_RECORDED, ...WITHOUT[option] };
        expect(span).to.deep.include(expected);
        if (option === "startTime") expect(span.start[0]).to.be.closeTo(Date.now() / 1000, 5);
        else expect(span.start).to.deep.equal(start);
        expect((troubles().invalid_argument ?? 0) - before).to.equal(1);
        expect(questions).to.have.lengthOf(isAsked ? 1 : 0);
      });
    }

    for (const nonsense of [5, "options", true, () => {}] as unknown[]) {
      it(`has none where its options are a ${typeof nonsense}, which is reported`, () => {
        const before = troubles().invalid_argument ?? 0;
        expect(started(made().sampler, nonsense as object)).to.deep.include({ attributes: {}, links: [] });
        expect((troubles().invalid_argument ?? 0) - before).to.equal(1);
      });
    }

    it("reads each option once", () => {
      const reads: string[] = [];
      const options = new Proxy(GOOD, {
        get: (target, key, receiver): unknown => {
          reads.push(String(key));
          return Reflect.get(target, key, receiver);
        },
      });
      expect(started(made().sampler, options)).to.deep.include(AS_RECORDED);
      expect(reads.toSorted()).to.deep.equal(Object.keys(GOOD).toSorted());
    });

    for (const [what, bad] of Object.entries(BAD_LINKS)) {
      it(`has all its options and its good links, where one is ${what}, which is reported`, () => {
        const { sampler, questions } = made();
        const before = troubles();
        const span = started(sampler, { ...GOOD, links: [bad, ...GOOD.links, bad] });
        expect(span).to.deep.include(AS_RECORDED);
        expect((troubles().invalid_argument ?? 0) - (before.invalid_argument ?? 0)).to.equal(2);
        expect(troubles().plugin_failed).to.equal(before.plugin_failed);
        expect(questions.map((question) => question[5])).to.deep.equal(isAsked ? [GOOD.links] : []);
      });
    }

    it("has the attributes that it was started with within its own limits, not the default ones", () => {
      const deep = (levels: number): unknown => (levels === 0 ? "x" : [deep(levels - 1)]);
      const attributes = { deep: deep(40), long: "x".repeat(100_000), many: Array(20_000).fill(1) };
      const wide = { attributeValueSizeLimit: Infinity, attributeValueDepthLimit: 64 };
      const { sampler, questions } = made();
      expect(started(sampler, { attributes }, wide).attributes).to.deep.equal(attributes);
      if (isAsked) expect(questions[0]?.[4]).to.deep.equal(attributes);
      const narrow = started(
        made().sampler,
        { attributes: { text: "abcdef", list: ["abcdef"] } },
        {
          attributeValueSizeLimit: 5,
          attributeValueDepthLimit: 1,
        },
      );
      expect(narrow.attributes).to.deep.equal({ text: "abcde", list: [] });
    });
  });
}
