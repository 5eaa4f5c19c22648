import { type Span, type SpanOptions, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext, runWithSpan } from "../context/current.ts";
import { notAFunction } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { exceptionMessage } from "./exception.ts";
import { endGuarded, guarded, startGuarded } from "./guarded.ts";
import { isRecordedWithin, noteRecorded } from "./recorded-errors.ts";
import { settle } from "./settle.ts";

/** `withSpan`, for one instrumentation scope. */
export interface WithSpan {
  /**
   * Calls `fn` inside a new span, a child of the active one, and returns what `fn` returns. The span ends when `fn`
   * returns or its promise settles; an error is recorded on it and thrown on. Without `start()` nothing is recorded
   * and `fn` runs all the same.
   *
   * A promise comes back as one derived from it, an unhandled rejection stays unhandled; a promise with properties of its
   * own, such as a child process, comes back as itself, and its rejection then counts as handled.
   *
   * @param name what is being done, few different ones: "charge", not "charge 4711"
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   * @example
   * const total = await withSpan("sum", { attributes: { "cart.size": 2 } }, async () => 20 + 22);
   */
  <Result>(name: string, fn: (span: Span) => Result): Result;
  /** @param options attributes, kind, links, root, startTime: OpenTelemetry's SpanOptions */
  <Result>(name: string, options: SpanOptions, fn: (span: Span) => Result): Result;
}

const SUBJECT = "withSpan(name, options?, fn)";

/** `withSpan` for one instrumentation scope. */
export function withSpanOf(tracerIn: (context: Context) => Tracer): WithSpan {
  return <Result>(
    name: string,
    optionsOrFn: SpanOptions | ((span: Span) => Result),
    last?: (span: Span) => Result,
  ): Result => {
    const fn = last ?? optionsOrFn;
    if (typeof fn !== "function")
      throw notAFunction(SUBJECT, typeof name === "function" ? "one in the place of the name" : nounFor(fn));
    const parent = currentContext();
    const options = last === undefined ? undefined : (optionsOrFn as SpanOptions);
    return runWithSpan(startGuarded(tracerIn, name, options, parent), parent, runToEnd<Result>, fn);
  };
}

function runToEnd<Result>(span: Span, fn: (span: Span) => Result): Result {
  let result: Result;
  try {
    result = fn(span);
  } catch (thrown) {
    fail(span, thrown);
    throw thrown;
  }
  if ((typeof result !== "object" && typeof result !== "function") || result === null) {
    endGuarded(span);
    return result;
  }
  return settle(
    result,
    () => endGuarded(span),
    (thrown) => fail(span, thrown),
  );
}

function fail(span: Span, thrown: unknown): void {
  guarded(() => {
    if (!span.isRecording()) return;
    if (!isRecordedWithin(thrown, span)) {
      span.recordException(thrown as Error);
      noteRecorded(thrown, span);
    }
    span.setStatus({ code: SpanStatusCode.ERROR, message: exceptionMessage(thrown) });
  });
  endGuarded(span);
}
