import {
  type Context as ApiContext,
  type ContextManager,
  metrics,
  type MeterProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { asSpan, Context } from "./context.ts";
import { foreignManager } from "./api-globals.ts";
import { processState } from "./process-state.ts";
import type { Providers } from "./providers.ts";
import { Scope } from "./scope.ts";
import { SpanFrame } from "./span-frame.ts";

/** A constant of this module: an imported one is looked up at each call. */
const state = processState;
const { storage } = state;

/** HOT. The current context; outside any operation one without a scope. */
export function currentContext(): Context {
  if (state.ownsContext) return storage.getStore() ?? state.outside;
  const manager = foreignManager();
  return manager === undefined ? (storage.getStore() ?? state.outside) : activeOf(manager);
}

/** Calls `fn` in a context. Whatever it starts, also asynchronously, sees that context. */
export function runIn<Arguments extends unknown[], Result>(
  context: ApiContext,
  fn: (...args: Arguments) => Result,
  ...args: Arguments
): Result {
  return run(adopt(context), call<Arguments, Result>, fn, args);
}

/** HOT. As `runIn`, for a context of ours that has a scope: at once where it is current already. */
export function runWithin<Argument, Result>(
  context: Context,
  fn: (argument: Argument) => Result,
  argument: Argument,
): Result {
  return currentContext() === context ? fn(argument) : run(context, callOne<Argument, Result>, fn, argument);
}

function callOne<Argument, Result>(fn: (argument: Argument) => Result, argument: Argument): Result {
  return fn(argument);
}

function call<Arguments extends unknown[], Result>(
  fn: (...args: Arguments) => Result,
  args: Arguments,
): Result {
  return fn(...args);
}

/**
 * HOT. By `run`, though on Node 24 `enterWith` within an AsyncResource's scope costs less than half: that one undoes
 * what the host has entered into storages of its own, and a stack overflow within it ends the process.
 */
function run<A, B, Result>(context: Context, fn: (a: A, b: B) => Result, a: A, b: B): Result {
  const manager = state.ownsContext ? undefined : foreignManager();
  return manager === undefined
    ? storage.run(context, fn, a, b)
    : runInForeign(manager, context, () => fn(a, b));
}

/**
 * Makes `context` current for the rest of the running callback and all that it starts. It would leak out of any
 * async function, so its one place is the start of a request, which has an asynchronous scope of its own.
 */
export function enter(context: Context): void {
  storage.enterWith(context);
}

/** HOT. Calls `fn` with `span` active, in the scope that is active or, where there is none, in a new one. */
export function runWithSpan<Argument, Result>(
  span: Span,
  parent: Context,
  fn: (span: Span, argument: Argument) => Result,
  argument: Argument,
): Result {
  return run(parent.withSpan(span, parent.scope ?? new Scope()), fn, span, argument);
}

/** Any API context as one of ours that can be made current: one without a scope opens a new one. */
function adopt(context: ApiContext): Context {
  const own = capture(context);
  return own.scope === undefined ? own.withScope(new Scope()) : own;
}

/**
 * Any API context as one of ours, to be entered now or later. Ours stay as they are; ROOT_CONTEXT has no scope, so
 * that entering it opens one; another's contributes its span and keys and keeps the scope that is active. In the
 * place of what is no context stands the active one.
 */
export function capture(context: ApiContext): Context {
  const active = currentContext();
  try {
    if (Context.isOurs(context)) return context;
    if (isRoot(context)) return new Context(undefined, active.providers);
    const span = asSpan(trace.getSpan(context));
    const frame = SpanFrame.within(active.frame, span === active.span ? undefined : span);
    return new Context(span, active.providers, active.scope, undefined, context, frame);
  } catch {
    return active;
  }
}

/** Whatever another's manager does, `fn` is called, once, and what it returns or throws is what counts. */
function runInForeign<Result>(manager: ContextManager, context: Context, fn: () => Result): Result {
  let outcome: (() => Result) | undefined;
  const callOnce = (): (() => Result) => (outcome ??= outcomeOf(fn));
  try {
    ignoreRejection(manager.with(context, callOnce), reportManager);
    if (outcome === undefined) reportManager("it did not call a function that it was given");
  } catch (thrown) {
    reportManager(thrown);
  }
  return callOnce()();
}

function outcomeOf<Result>(fn: () => Result): () => Result {
  try {
    const result = fn();
    return () => result;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}

function activeOf(manager: ContextManager): Context {
  try {
    const active = manager.active();
    ignoreRejection(active, reportManager);
    return ofForeign(active);
  } catch (thrown) {
    reportManager(thrown);
    return state.outside;
  }
}

function reportManager(failure: unknown): void {
  report("plugin_failed", `another SDK's ContextManager failed (${describe(failure)})`);
}

/** ROOT_CONTEXT of this copy of the API or of another, which is known by the empty map that it keeps. */
function isRoot(context: ApiContext): boolean {
  if (context === ROOT_CONTEXT) return true;
  const { _currentContext: values } = context as { readonly _currentContext?: unknown };
  return values instanceof Map && values.size === 0;
}

let seen: { readonly context: ApiContext; readonly own: Context } | undefined;

/** What another's ContextManager holds: mostly a context of ours, for that is what we put there. */
function ofForeign(context: ApiContext): Context {
  if (isRoot(context)) return state.outside;
  if (Context.isOurs(context)) return context;
  if (seen?.context !== context) {
    const span = asSpan(trace.getSpan(context));
    const frame = SpanFrame.within(undefined, span);
    seen = { context, own: new Context(span, undefined, undefined, undefined, context, frame) };
  }
  return seen.own;
}

/** The providers of a context, else those of `start()`; undefined where neither says where to. */
export function providersIn(context: Context): Providers | undefined {
  return context.providers ?? state.providers;
}

/** The tracer provider of a context, else the API's global one, which another SDK may have registered. */
export function tracerProviderIn(context: Context): TracerProvider {
  return providersIn(context)?.tracerProvider ?? trace.getTracerProvider();
}

/** The meter provider of a context, else the API's global one, which another SDK may have registered. */
export function meterProviderIn(context: Context): MeterProvider {
  return providersIn(context)?.meterProvider ?? metrics.getMeterProvider();
}

/** The propagator of a context, else the API's global one, which another SDK may have registered. */
export function propagatorIn(context: Context): Pick<TextMapPropagator, "inject" | "extract" | "fields"> {
  return providersIn(context)?.propagator ?? propagation;
}
