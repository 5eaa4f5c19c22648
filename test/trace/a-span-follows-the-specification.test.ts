import { type SpanStatus, SpanStatusCode, type TimeInput } from "@opentelemetry/api";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { recording } from "../recording.ts";
import { recordedSpan } from "./recorded-span.ts";
import { EMPTY } from "./traced.ts";

const { ERROR, OK, UNSET } = SpanStatusCode;

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const throwing = {
  get code(): never {
    throw new Error("on purpose");
  },
};

const statusAfter = (...statuses: SpanStatus[]) =>
  recordedSpan((span) => {
    for (const status of statuses) span.setStatus(status);
  }).status;

describe("the status of a span", () => {
  it("is unset by default", () => {
    expect(statusAfter()).to.deep.equal({ code: UNSET, message: "" });
  });

  it("has a description only where it is an error", () => {
    expect(statusAfter({ code: ERROR, message: "why" })).to.deep.equal({ code: ERROR, message: "why" });
    expect(statusAfter({ code: ERROR })).to.deep.equal({ code: ERROR, message: "" });
    expect(statusAfter({ code: OK, message: "why" })).to.deep.equal({ code: OK, message: "" });
    expect(statusAfter({ code: UNSET, message: "why" })).to.deep.equal({ code: UNSET, message: "" });
  });

  it("is that of the last error, with its description or none", () => {
    expect(statusAfter({ code: ERROR, message: "a" }, { code: ERROR, message: "b" }).message).to.equal("b");
    expect(statusAfter({ code: ERROR, message: "a" }, { code: ERROR }).message).to.equal("");
  });

  it("stays where unset comes later", () => {
    expect(statusAfter({ code: ERROR, message: "a" }, { code: UNSET })).to.deep.equal({
      code: ERROR,
      message: "a",
    });
    expect(statusAfter({ code: OK }, { code: UNSET }).code).to.equal(OK);
  });

  it("is final once it is ok, and ok takes the place of an error", () => {
    expect(statusAfter({ code: ERROR, message: "a" }, { code: OK })).to.deep.equal({ code: OK, message: "" });
    expect(statusAfter({ code: OK }, { code: ERROR, message: "a" })).to.deep.equal({ code: OK, message: "" });
  });

  for (const [what, nonsense] of Object.entries<unknown>({
    null: null,
    undefined: undefined,
    "a number": 5,
    "an empty object": {},
    "an unknown code": { code: 3 },
    "a code that is a text": { code: "2" },
    "a code that throws": throwing,
    "a revoked proxy": revoked.proxy,
  })) {
    it(`ignores what is none, without throwing: ${what}`, () => {
      expect(statusAfter({ code: ERROR, message: "a" }, nonsense as SpanStatus)).to.deep.equal({
        code: ERROR,
        message: "a",
      });
    });
  }

  it("has no description that is no text", () => {
    expect(statusAfter({ code: ERROR, message: 5 as never })).to.deep.equal({ code: ERROR, message: "" });
  });
});

describe("the end of a span", () => {
  it("comes once", () => {
    const { end } = recordedSpan((span) => {
      span.end([4_000_000_000, 5]);
      span.end([4_100_000_000, 0]);
    });
    expect(end).to.deep.equal([4_000_000_000, 5]);
  });

  it("makes it non-recording", () => {
    recordedSpan((span) => {
      expect(span.isRecording()).to.equal(true);
      span.end();
      expect(span.isRecording()).to.equal(false);
    });
  });

  it("leaves its span context the same", () => {
    recordedSpan((span) => {
      const before = span.spanContext();
      span.end();
      expect(span.spanContext()).to.equal(before);
    });
  });

  it("is not before the start", () => {
    const before = troubles().invalid_argument ?? 0;
    const { start, end } = recordedSpan((span) => span.end([1, 0]));
    expect(end).to.deep.equal(start);
    expect(troubles().invalid_argument).to.equal(before + 1);
  });

  for (const [before, reports] of [
    [1, 0],
    [999_999, 0],
    [1_000_000, 1],
    [1_000_001, 1],
  ] as const) {
    it(`is the start where it is ${before} ns before it, which ${reports === 0 ? "a clock may do" : "is reported"}`, () => {
      const reported = troubles().invalid_argument ?? 0;
      const { spans, providers } = recording();
      const tracer = providers.tracerProvider.getTracer("test");
      tracer.startSpan("span", { startTime: [5, 2_000_000] }, EMPTY).end([5, 2_000_000 - before]);
      expect(spans.map(({ start, end }) => [start, end])).to.deep.equal([
        [
          [5, 2_000_000],
          [5, 2_000_000],
        ],
      ]);
      expect((troubles().invalid_argument ?? 0) - reported).to.equal(reports);
    });
  }

  for (const ahead of [0, 2, 59_000]) {
    it(`is ${ahead} ms from now where it is given as performance.now() and that`, () => {
      const { spans, providers } = recording();
      const tracer = providers.tracerProvider.getTracer("test");
      tracer.startSpan("span", { startTime: [5, 0] }, EMPTY).end(performance.now() + ahead);
      expect(spans[0]?.end[0]).to.be.closeTo((Date.now() + ahead) / 1000, 5);
    });
  }

  it("is now unless a time is given", () => {
    const before = Date.now();
    const { start, end } = recordedSpan(() => {});
    expect(end[0] * 1000 + end[1] / 1e6).to.be.within(before - 5, Date.now() + 5);
    expect(end[0] - start[0] + (end[1] - start[1]) / 1e9).to.be.at.least(0);
  });

  for (const [what, nonsense] of Object.entries({
    null: null,
    NaN: NaN,
    "a text": "now",
    "a negative number": -1,
    "an object": {},
    "what only looks like a Date": Object.create(Date.prototype),
    "a revoked proxy": revoked.proxy,
  })) {
    it(`is now where the time given is ${what}, and never throws`, () => {
      const { end } = recordedSpan((span) => span.end(nonsense as TimeInput));
      expect(end[0]).to.be.closeTo(Date.now() / 1000, 2);
    });
  }
});

describe("a span", () => {
  it("returns itself from what changes it", () => {
    recordedSpan((span) => {
      const context = span.spanContext();
      for (const result of [
        span.setAttribute("a", 1),
        span.setAttributes({}),
        span.addEvent("a"),
        span.addLink({ context }),
        span.addLinks([]),
        span.setStatus({ code: OK }),
        span.updateName("a"),
      ]) {
        expect(result).to.equal(span);
      }
    });
  });

  it("has the last name that it was given", () => {
    expect(recordedSpan((span) => span.updateName("a").updateName("b")).name).to.equal("b");
  });

  for (const [what, name] of Object.entries<unknown>({
    "a number": 5,
    null: null,
    undefined: undefined,
    "an object": {},
    "a symbol": Symbol("name"),
    "an object without a prototype": Object.create(null),
    "a revoked proxy": revoked.proxy,
  })) {
    it(`has a name that is a text, even if it was given ${what}`, () => {
      expect(recordedSpan((span) => span.updateName(name as string)).name).to.be.a("string");
    });
  }

  it("keeps the 128th attribute, counts the 129th", () => {
    const { attributes, dropped } = recordedSpan((span) => {
      for (let each = 0; each < 128; each += 1) span.setAttribute(`key ${each}`, each);
      span.setAttributes({ "one too many": 1, "two too many": 1, "key 0": "changed" });
    });
    expect(Object.keys(attributes)).to.have.lengthOf(128);
    expect(attributes).to.deep.include({ "key 0": "changed", "key 127": 127 });
    expect(dropped.attributes).to.equal(2);
  });

  it("takes any attribute without throwing", () => {
    const { attributes } = recordedSpan((span) => {
      span.setAttribute("revoked", revoked.proxy as never).setAttributes(revoked.proxy);
      span.setAttribute(revoked.proxy as never, 1).setAttribute("a", 1);
    });
    expect(attributes).to.deep.equal({ a: 1 });
  });
});
