import { type Context, INVALID_SPAN_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { activeSpan, annotate } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

const manager = new ThroughlineContextManager();
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const NONSENSE: Record<string, unknown> = {
  null: null,
  undefined: undefined,
  "a number": 5,
  "a string": "context",
  "a function": () => {},
  "an empty object": {},
  "an object without a prototype": Object.create(null),
  "an object whose getValue throws": {
    getValue: () => {
      throw new Error("on purpose");
    },
  },
  "a revoked proxy": revoked.proxy,
};

for (const [what, nonsense] of Object.entries(NONSENSE)) {
  const context = nonsense as Context;

  describe(`${what} given as a context`, () => {
    it("lets the function run, in the scope and with the telemetry that are active", () => {
      record(({ providers }) => {
        const { scope } = currentContext();
        expect(manager.with(context, () => 42)).to.equal(42);
        expect(manager.with(context, () => currentContext().scope)).to.equal(scope);
        expect(manager.with(context, () => currentContext().providers)).to.equal(providers);
      });
    });

    it("lets the function run where no scope is active, in a new one", () => {
      expect(manager.with(context, () => currentContext().scope)).not.to.equal(undefined);
    });

    it("lets bound functions run", () => {
      expect(manager.bind(context, () => 42)()).to.equal(42);
    });

    it("lets spans start inside", () => {
      record(({ spans }) => {
        manager.with(context, () => withSpan("inside", () => annotate({ a: 1 })));
        expect(spans.map(({ name }) => name)).to.deep.equal(["inside"]);
      });
    });
  });
}

describe("a context whose span is none", () => {
  const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

  for (const [what, nonsense] of Object.entries<unknown>({
    "a number": 5,
    "a text": "span",
    "a boolean": true,
    "an empty object": {},
    "a revoked proxy": revoked.proxy,
    "an object with nothing but a span context": { spanContext: () => INVALID_SPAN_CONTEXT },
  })) {
    it(`gives a span that records nothing in the place of ${what}`, () => {
      record(({ spans }) => {
        manager.with(currentContext().setValue(SPAN_KEY, nonsense), () => {
          annotate({ a: 1 });
          expect(activeSpan().isRecording()).to.equal(false);
          withSpan("inside", () => {});
        });
        expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).to.deep.equal([
          ["inside", undefined],
        ]);
      });
    });
  }
});
