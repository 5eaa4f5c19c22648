import { ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing, unsuppressTracing } from "@opentelemetry/core";
import { expect } from "chai";
import { currentContext, runIn } from "../../src/context/current.ts";
import { emptyScope } from "../../src/context/open-scope.ts";
import { isTracingSuppressed, SUPPRESSED } from "../../src/context/suppression.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

describe("suppression", () => {
  it("is off unless it was asked for", () => {
    expect(isTracingSuppressed(ROOT_CONTEXT)).to.equal(false);
    expect(isTracingSuppressed(currentContext())).to.equal(false);
    expect(isTracingSuppressed(SUPPRESSED)).to.equal(true);
  });

  it("is the one of the official packages, in both directions", () => {
    expect(isTracingSuppressed(suppressTracing(ROOT_CONTEXT))).to.equal(true);
    expect(isTracingSuppressed(unsuppressTracing(SUPPRESSED))).to.equal(false);
    const key = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
    expect(isTracingSuppressed(SUPPRESSED.setValue(key, false))).to.equal(false);
  });

  it("records no span, and runs the function all the same", () => {
    record(({ spans }) => {
      const result = runIn(suppressTracing(currentContext()), () =>
        withSpan("outer", (span) => {
          expect(span.isRecording()).to.equal(false);
          return withSpan("inner", () => 42);
        }),
      );
      expect(result).to.equal(42);
      expect(spans).to.deep.equal([]);
    });
  });

  it("goes on in an empty scope", () => {
    record(({ spans }) => {
      runIn(suppressTracing(currentContext()), () =>
        emptyScope(() => {
          withSpan("unseen", () => {});
          return emptyScope(() => withSpan("unseen", () => {}));
        }),
      );
      emptyScope(() => withSpan("seen", () => {}));
      expect(spans.map(({ name }) => name)).to.deep.equal(["seen"]);
    });
  });

  it("ends with the context that asked for it", () => {
    record(({ spans }) => {
      runIn(suppressTracing(currentContext()), () => withSpan("unseen", () => {}));
      withSpan("seen", () => {});
      expect(spans.map(({ name }) => name)).to.deep.equal(["seen"]);
    });
  });
});
