import { context as contextApi, SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { EMPTY, recorded, REMOTE, under } from "./traced.ts";

describe("startActiveSpan", () => {
  let isOurs = false;

  before(() => {
    isOurs = contextApi.setGlobalContextManager(new ThroughlineContextManager());
  });

  after(() => {
    if (isOurs) contextApi.disable();
  });

  it("calls the function with its span, active, and returns the result", () => {
    const [span] = recorded((tracer) => {
      const result = tracer.startActiveSpan("span", (active) => {
        expect(currentContext().span).to.equal(active);
        active.end();
        return 42;
      });
      expect(result).to.equal(42);
      expect(currentContext().span).to.equal(undefined);
    });
    expect(span?.name).to.equal("span");
  });

  it("takes the parent from the active context, or from the one that it is given", () => {
    const [inner, given, outer] = recorded((tracer) => {
      tracer.startActiveSpan("outer", (span) => {
        tracer.startActiveSpan("inner", { kind: SpanKind.CLIENT }, (child) => child.end());
        tracer.startActiveSpan("given", {}, under(REMOTE), (child) => child.end());
        span.end();
      });
    });
    expect(inner).to.include({ parentSpanId: outer?.spanId, kind: SpanKind.CLIENT });
    expect(given).to.include({ parentSpanId: REMOTE.spanId });
  });

  it("takes the active context where options or context are undefined", () => {
    const [inner, outer] = recorded((tracer) => {
      tracer.startActiveSpan("outer", (span) => {
        tracer.startActiveSpan("inner", undefined as never, undefined as never, (child) => child.end());
        span.end();
      });
    });
    expect(inner?.parentSpanId).to.equal(outer?.spanId);
  });

  it("lets errors through and leaves ending to the function", () => {
    const ended = recorded((tracer) => {
      expect(() =>
        tracer.startActiveSpan("span", () => {
          throw new RangeError("on purpose");
        }),
      ).to.throw(RangeError, "on purpose");
      expect(currentContext().span).to.equal(undefined);
    });
    expect(ended).to.deep.equal([]);
  });

  it("throws THR_NOT_A_FUNCTION without a function, and starts no span", () => {
    let reads = 0;
    const options = Object.defineProperty({}, "kind", { get: () => void reads++ });
    recorded((tracer) => {
      const start = tracer.startActiveSpan.bind(tracer) as (...args: unknown[]) => unknown;
      for (const rest of [[], [undefined], [options], [{}, options], [options, EMPTY, 5]]) {
        expect(() => start("x", ...rest))
          .to.throw(/startActiveSpan\(name, options\?, context\?, fn\) needs a function/)
          .with.property("code", "THR_NOT_A_FUNCTION");
      }
    });
    expect(reads).to.equal(0);
  });

  it("never lets a span that is none reach the caller", () => {
    const context = EMPTY.setValue(Symbol.for("OpenTelemetry Context Key SPAN"), 5);
    recorded((tracer) => {
      contextApi.with(context, () => expect(() => tracer.startSpan("span")).not.to.throw());
    });
  });
});
