import { type Context as ApiContext, INVALID_SPAN_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorage } from "node:async_hooks";
import { Context } from "./context.ts";
import { runIn } from "./current.ts";

/** The key that the official packages use too, so that each side's instrumentation respects the other's. */
const SUPPRESS_TRACING = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** False also for what is no context: never throws. */
export function isTracingSuppressed(context: ApiContext): boolean {
  try {
    return context.getValue(SUPPRESS_TRACING) === true;
  } catch {
    return false;
  }
}

/** A span for one whose request is traced already: it does nothing, and no header is made where it is active. */
export const ALREADY_TRACED: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** Whether no other side is to be told of this context. Never throws. */
export function isInjectionSuppressed(context: ApiContext): boolean {
  try {
    return isTracingSuppressed(context) || trace.getSpan(context) === ALREADY_TRACED;
  } catch {
    return false;
  }
}

export function suppressed(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true);
}

export const SUPPRESSED: Context = suppressed(new Context());

const outside = AsyncLocalStorage.snapshot();

/**
 * Calls `fn` in no context, ours or of another storage: where nothing has run yet. On Node 22 a snapshot is one
 * AsyncResource, and `storage.run` within it changes that resource until it returns, which a call within would see: so
 * each call gets a resource of its own.
 */
export function runOutside<Result>(fn: () => Result): Result {
  const own = outside(() => AsyncLocalStorage.snapshot());
  return own(fn);
}

/** Where telemetry does its own work: nothing in it is traced, and it belongs to no request, not even to keep it. */
export function runSuppressed<Result>(fn: () => Result): Result {
  return runOutside(() => runIn(SUPPRESSED, fn));
}
