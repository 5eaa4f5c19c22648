/// <reference lib="esnext.disposable" preserve="true" />
import type { Span, SpanOptions, Tracer } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext, runWithSpan } from "../context/current.ts";
import { requireFunction } from "../core/errors.ts";
import { endGuarded, startGuarded } from "./guarded.ts";

/** A span that is ended by hand or, with `using`, by the end of its block. */
export interface StartedSpan extends Span, Disposable {
  /**
   * Calls `fn` with this span active, any number of times; does not end it.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   */
  run<Arguments extends unknown[], Result>(fn: (...args: Arguments) => Result, ...args: Arguments): Result;
}

/** `startSpan`, for one instrumentation scope. */
export interface StartSpan {
  /**
   * Starts a span, a child of the active one. It does not become active: only `span.run(fn)` makes it so, for the call.
   * Without `start()` it records nothing. Never throws.
   *
   * @param name as for `withSpan`
   * @param options attributes, kind, links, root, startTime: OpenTelemetry's SpanOptions
   * @example
   * {
   *   using span = startSpan("load");
   *   span.run(() => annotate({ "rows.count": 7 }));
   * }
   */
  (name: string, options?: SpanOptions): StartedSpan;
}

/** `startSpan` for one instrumentation scope. */
export function startSpanOf(tracerIn: (context: Context) => Tracer): StartSpan {
  return (name, options) => asStarted(startGuarded(tracerIn, name, options, currentContext()));
}

/** `span.run(fn)`. */
export function runActive<Arguments extends unknown[], Result>(
  span: Span,
  fn: (...args: Arguments) => Result,
  args: Arguments,
): Result {
  requireFunction(fn, "span.run(fn)");
  return runWithSpan(span, currentContext(), call, () => fn(...args));
}

function call<Result>(_span: Span, fn: () => Result): Result {
  return fn();
}

/** Ours are such by their class; another SDK's span is given the two methods, or passed on by one that has them. */
function asStarted(span: Span): StartedSpan {
  if ((span as Partial<StartedSpan>).run !== undefined) return span as StartedSpan;
  const run: StartedSpan["run"] = (fn, ...args) => runActive(span, fn, args);
  const dispose = (): void => endGuarded(span);
  const isGiven =
    Reflect.defineProperty(span, "run", { value: run, configurable: true }) &&
    Reflect.defineProperty(span, Symbol.dispose, { value: dispose, configurable: true });
  return isGiven ? (span as StartedSpan) : delegate(span, { run, [Symbol.dispose]: dispose });
}

/** For a span that nothing can be added to: an object that has the two methods, and passes the others on. */
function delegate(span: Span, added: Pick<StartedSpan, "run" | typeof Symbol.dispose>): StartedSpan {
  const own: StartedSpan = {
    ...added,
    spanContext: () => span.spanContext(),
    isRecording: () => span.isRecording(),
    setAttribute: (...attribute) => passOn(() => span.setAttribute(...attribute)),
    setAttributes: (attributes) => passOn(() => span.setAttributes(attributes)),
    addEvent: (...event) => passOn(() => span.addEvent(...event)),
    addLink: (link) => passOn(() => span.addLink(link)),
    addLinks: (links) => passOn(() => span.addLinks(links)),
    setStatus: (status) => passOn(() => span.setStatus(status)),
    updateName: (name) => passOn(() => span.updateName(name)),
    recordException: (...exception) => span.recordException(...exception),
    end: (time) => span.end(time),
  };
  const passOn = (act: () => unknown): StartedSpan => {
    act();
    return own;
  };
  return own;
}
