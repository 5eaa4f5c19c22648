import type { Span } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext } from "../../src/context/current.ts";
import { record, type RecordedSpan } from "../recording.ts";

/** The one span that ended: a root called "span", after `use`. */
export function recordedSpan(use: (span: Span) => void): RecordedSpan {
  const ended = record(({ providers, spans }) => {
    const span = providers.tracerProvider.getTracer("test").startSpan("span", {}, currentContext());
    use(span);
    span.end();
    return spans;
  });
  expect(ended).to.have.lengthOf(1);
  return ended[0] ?? expect.fail("no span ended");
}
