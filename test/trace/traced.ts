import {
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { Context as OurContext } from "../../src/context/context.ts";
import { record, type RecordedSpan } from "../recording.ts";

export const REMOTE: SpanContext = {
  traceId: "a".repeat(32),
  spanId: "b".repeat(16),
  traceFlags: 1,
  isRemote: true,
};

export const EMPTY: Context = new OurContext();

/** A context with that parent and nothing else. */
export const under = (parent: SpanContext | Span): Context =>
  trace.setSpan(EMPTY, "spanContext" in parent ? parent : trace.wrapSpanContext(parent));

/** The spans that end while `use` has a tracer of a library, "library". */
export function recorded(use: (tracer: Tracer) => void): RecordedSpan[] {
  return record(({ providers, spans }) => {
    use(providers.tracerProvider.getTracer("library", "1.0.0"));
    return spans;
  });
}

/** A span, "span", that was started with these options and ended. */
export const one = (options?: SpanOptions, context: Context = EMPTY): RecordedSpan | undefined =>
  recorded((tracer) => tracer.startSpan("span", options, context).end())[0];
