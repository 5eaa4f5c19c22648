import type { Span, SpanOptions } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext, runIn } from "../context/current.ts";
import { emptied } from "../context/open-scope.ts";
import { processState } from "../context/process-state.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { requireFunction } from "../core/errors.ts";
import { isArray } from "../core/noun.ts";
import { guarded } from "../trace/guarded.ts";
import { linksTo } from "../trace/links-to.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { requestIn } from "./current-request.ts";
import { RequestScope } from "./request-scope.ts";

export interface OperationOptions extends SpanOptions {
  /**
   * Within a request, or another operation: whether this is one of its own there, which begins with what is set around
   * it and has an id, cleanups and a cache of its own. Default false: it is a part of the one around it.
   */
  readonly nested?: boolean | undefined;
}

/** What is called with its span. */
type Work<Result> = (span: Span) => Result;

/**
 * Calls `fn` as an operation of its own, a job, a command or a message say: a root span, or one below the trace
 * that the process was started in, a scope with nothing set, and what `currentRequest()` gives. It resolves, or rejects, with what `fn` gives, once all that was given to `defer` is
 * done. Within a request or an operation that is not over it is a part of that one, with a span, unless it is `nested`.
 *
 * @param name what is being done, few different ones: "nightly-report"
 * @param options attributes, kind, links, startTime: OpenTelemetry's SpanOptions, and `nested`
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 * @example
 * await operation("nightly-report", async () => {
 *   currentRequest().defer(() => console.log("done"));
 * });
 */
export function operation<Result>(name: string, fn: Work<Result>): Promise<Awaited<Result>>;
export function operation<Result>(
  name: string,
  options: OperationOptions,
  fn: Work<Result>,
): Promise<Awaited<Result>>;
export function operation<Result>(
  name: string,
  ...rest: [Work<Result>] | [OperationOptions, Work<Result>]
): Promise<Awaited<Result>> {
  const [options, fn] = read("operation(name, options?, fn)", rest);
  const around = currentContext();
  const outer = requestIn(around);
  if (outer === undefined || outer.isOver) {
    const own = new RequestScope({});
    return beginOperation(own, beginningOf(around, new Scope(undefined, own)), name, options, fn);
  }
  if (options?.nested !== true)
    return withSpan(name, options ?? {}, async (span): Promise<Awaited<Result>> => await fn(span));
  const own = new RequestScope({ correlationId: outer.correlationId });
  return beginOperation(own, around.withScope(new Scope(around.scope, own)), name, options, fn);
}

/** Nothing of what is around, but of the trace that the process was started in, where that goes to the same telemetry. */
function beginningOf(around: Context, own: Scope): Context {
  const isOfProcess = around.providers === undefined && !isTracingSuppressed(around);
  return isOfProcess ? processState.outside.withScope(own) : emptied(around, own);
}

/**
 * Calls `fn` as work that goes on by itself: in a trace of its own, linked to the active span, with nothing of the
 * request around it but its correlation id. Telemetry goes where it goes here. It may take longer than the request, and
 * holds nothing of it.
 *
 * @param name as for `operation`
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 * @example
 * await detached("send mail", async () => "sent, whenever the request has ended");
 */
export function detached<Result>(name: string, fn: Work<Result>): Promise<Awaited<Result>>;
export function detached<Result>(
  name: string,
  options: SpanOptions,
  fn: Work<Result>,
): Promise<Awaited<Result>>;
export function detached<Result>(
  name: string,
  ...rest: [Work<Result>] | [SpanOptions, Work<Result>]
): Promise<Awaited<Result>> {
  const [options, fn] = read("detached(name, options?, fn)", rest);
  const around = currentContext();
  const own = new RequestScope({ correlationId: requestIn(around)?.correlationId });
  const links = [...linksTo(around), ...(isArray(options?.links) ? options.links : [])];
  return beginOperation(own, emptied(around, new Scope(undefined, own)), name, { ...options, links }, fn);
}

function read<Options, Result>(
  subject: string,
  [first, last]: [Work<Result>] | [Options, Work<Result>],
): [Options | undefined, Work<Result>] {
  const fn = last ?? first;
  requireFunction(fn, subject);
  return [last === undefined ? undefined : readable(subject, first as Options), fn];
}

/** A copy of them: what a getter or a proxy throws is not for the host. */
export function readable<Options>(subject: string, options: Options): Options | undefined {
  try {
    return { ...options };
  } catch (thrown) {
    report("invalid_argument", `the options of ${subject} could not be read (${describe(thrown)})`);
    return undefined;
  }
}

/** For whoever has made scope and context of an operation. */
export function beginOperation<Result>(
  own: RequestScope,
  context: Context,
  name: string,
  options: SpanOptions | undefined,
  fn: Work<Result>,
): Promise<Awaited<Result>> {
  const work = async (span: Span): Promise<Awaited<Result>> => {
    try {
      return await fn(span);
    } finally {
      if (own.userId !== undefined) guarded(() => span.setAttribute("user.id", own.userId ?? ""));
      await own.end();
    }
  };
  return runIn(context, () => withSpan(name, options ?? {}, work));
}
