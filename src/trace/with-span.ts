import { type Attributes, type Span, type SpanOptions, SpanStatusCode } from "@opentelemetry/api";
import { currentContext, runWithSpan } from "../context/current.ts";
import { ThroughlineError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "./current-tracer.ts";
import { exceptionMessage } from "./exception.ts";
import { NON_RECORDING } from "./non-recording.ts";
import { settle } from "./settle.ts";

const applicationTracer = currentTracer("throughline", VERSION);

/** Errors by the trace that has recorded them: passing through more of its spans, they mark each, and are told once. */
const recorded = new WeakMap<object, string>();

/**
 * Calls `fn` inside a new span, a child of the active one, and returns what `fn` returns. The span ends when `fn`
 * returns or its promise settles; an error is recorded on it and thrown on. Without `start()` nothing is recorded
 * and `fn` runs all the same.
 *
 * A promise comes back as one derived from it, an unhandled rejection stays unhandled; a promise with properties of its
 * own, such as a child process, comes back as itself, and its rejection then counts as handled.
 *
 * @param name what is being done, few different ones: "charge", not "charge 4711"
 * @param options attributes, kind, links, root, startTime: OpenTelemetry's SpanOptions
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 * @example
 * const total = await withSpan("sum", { attributes: { "cart.size": 2 } }, async () => 20 + 22);
 */
export function withSpan<Result>(name: string, fn: (span: Span) => Result): Result;
export function withSpan<Result>(name: string, options: SpanOptions, fn: (span: Span) => Result): Result;
export function withSpan<Result>(
  name: string,
  ...rest: [(span: Span) => Result] | [SpanOptions, (span: Span) => Result]
): Result {
  const fn = rest.length > 1 ? rest[1] : rest[0];
  if (typeof fn !== "function")
    throw new ThroughlineError("THR_NOT_A_FUNCTION", "withSpan(name, options?, fn)");
  const parent = currentContext();
  const span = applicationTracer().startSpan(
    name,
    rest.length > 1 ? (rest[0] as SpanOptions) : undefined,
    parent,
  );
  return runWithSpan(span, parent, runToEnd, fn);
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
    span.end();
    return result;
  }
  return settle(
    result,
    () => span.end(),
    (thrown) => fail(span, thrown),
  );
}

function fail(span: Span, thrown: unknown): void {
  if (span.isRecording() && !isRecorded(thrown, span.spanContext().traceId))
    span.recordException(thrown as Error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: exceptionMessage(thrown) });
  span.end();
}

function isRecorded(thrown: unknown, traceId: string): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  if (recorded.get(thrown) === traceId) return true;
  recorded.set(thrown, traceId);
  return false;
}

/** The active span, or one that records nothing.  (OpenTelemetry Trace API: "Get the currently active span") */
export function activeSpan(): Span {
  return currentContext().span ?? NON_RECORDING;
}

/**
 * Sets attributes on whatever span is active; nothing without one.
 *
 * @example
 * annotate({ "payment.method": "card" });
 */
export function annotate(attributes: Attributes): void {
  activeSpan().setAttributes(attributes);
}
