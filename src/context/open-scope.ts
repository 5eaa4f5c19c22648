import { requireFunction } from "../core/errors.ts";
import { Context } from "./context.ts";
import { currentContext, runIn } from "./current.ts";
import { Scope } from "./scope.ts";
import { isTracingSuppressed, suppressed } from "./suppression.ts";

/**
 * Calls `fn` in a scope of its own, which begins with what is set here: what `fn` sets, also after awaits, is never
 * seen outside.  (what asyncio.create_task does in Python)
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 * @example
 * await scope(async () => "whatever is set in here stays in here");
 */
export function scope<Result>(fn: () => Result): Result {
  requireFunction(fn, "scope(fn)");
  const context = currentContext();
  return runIn(context.withScope(new Scope(context.scope)), fn);
}

/**
 * Calls `fn` in an empty scope: no span, no baggage, no variable is inherited; where telemetry goes stays the same.
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 * @example
 * emptyScope(() => "nothing of the request is seen in here");
 */
export function emptyScope<Result>(fn: () => Result): Result {
  requireFunction(fn, "emptyScope(fn)");
  return runIn(emptied(currentContext()), fn);
}

/** What is left of a context where nothing is inherited: where telemetry goes, and whether there is to be any. */
export function emptied(context: Context, own: Scope = new Scope()): Context {
  const empty = new Context(undefined, context.providers, own);
  return isTracingSuppressed(context) ? suppressed(empty) : empty;
}

/** Unsets every variable of the current scope; what outer scopes hold stays. Nothing outside any scope. */
export function clearScope(): void {
  currentContext().scope?.clear();
}
