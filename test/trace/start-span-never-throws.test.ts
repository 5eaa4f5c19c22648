import { type Context, SpanKind, type SpanOptions } from "@opentelemetry/api";
import { expect } from "chai";
import { EMPTY, one, recorded, REMOTE, under } from "./traced.ts";

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

const throws = (): never => {
  throw new Error("on purpose");
};

describe("startSpan never throws", () => {
  for (const [what, options] of Object.entries<unknown>({
    null: null,
    "a number": 5,
    "a text": "options",
    "a revoked proxy": revoked.proxy,
    "an object whose kind throws": Object.defineProperty({}, "kind", { get: throws }),
    "an object whose attributes throw": Object.defineProperty({}, "attributes", { get: throws }),
    "an object whose links throw": Object.defineProperty({}, "links", { get: throws }),
    "an object whose startTime throws": Object.defineProperty({}, "startTime", { get: throws }),
    "an object whose root throws": Object.defineProperty({}, "root", { get: throws }),
    "links that are no list": { links: 5 },
    "a start time that is none": { startTime: revoked.proxy },
    "attributes that are none": { attributes: revoked.proxy },
  })) {
    it(`where its options are ${what}: they cost no span and no parent`, () => {
      const span = one(options as SpanOptions, under(REMOTE));
      expect(span).to.include({ name: "span", traceId: REMOTE.traceId, parentSpanId: REMOTE.spanId });
    });
  }

  it("where one option throws, which costs no other", () => {
    const options = {
      kind: SpanKind.CLIENT,
      attributes: { a: 1 },
      links: Object.create({ [Symbol.iterator]: throws }) as [],
    };
    expect(one(options)).to.deep.include({ kind: SpanKind.CLIENT, attributes: { a: 1 } });
  });

  for (const [what, context] of Object.entries<unknown>({
    null: null,
    "a number": 5,
    "a text": "context",
    "an empty object": {},
    "a revoked proxy": revoked.proxy,
    "one that knows spans and nothing else": {
      getValue: (key: symbol) => (key === SPAN_KEY ? undefined : throws()),
    },
    "one whose span has no span context": EMPTY.setValue(SPAN_KEY, { spanContext: throws }),
    "one whose span is none": EMPTY.setValue(SPAN_KEY, 5),
  })) {
    it(`where its context is ${what}: the span is a root`, () => {
      expect(one({}, context as Context)?.parentSpanId).to.equal(undefined);
      expect(one({}, context as Context)?.name).to.equal("span");
    });
  }

  for (const [what, name] of Object.entries<unknown>({
    null: null,
    undefined: undefined,
    "a number": 5,
    "a symbol": Symbol("name"),
    "a revoked proxy": revoked.proxy,
  })) {
    it(`where its name is ${what}: a text stands for it`, () => {
      const [span] = recorded((tracer) => tracer.startSpan(name as string, {}, EMPTY).end());
      expect(span?.name).to.be.a("string");
    });
  }
});
