import type { Context, Span, SpanOptions } from "@opentelemetry/api";
import { capture, currentContext, runWithSpan } from "../context/current.ts";
import { requireFunction } from "../core/errors.ts";

/** What follows the name in the API's `startActiveSpan`. */
export type StartActiveRest<Call> = [Call] | [SpanOptions, Call] | [SpanOptions, Context, Call];

/**
 * The API's `startActiveSpan` for whatever starts the span.
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where the last argument is none
 */
export function startActive<Call extends (span: Span) => unknown>(
  start: (options: SpanOptions | undefined, parent: Context | undefined) => Span,
  rest: StartActiveRest<Call>,
): ReturnType<Call> {
  const fn = rest.at(-1) as Call;
  requireFunction(fn, "startActiveSpan(name, options?, context?, fn)");
  const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
  const parent = rest.length > 2 ? (rest[1] as Context) : undefined;
  const span = start(options, parent);
  return runWithSpan(span, capture(parent ?? currentContext()), callWith, fn) as ReturnType<Call>;
}

function callWith<Result>(span: Span, fn: (span: Span) => Result): Result {
  return fn(span);
}
