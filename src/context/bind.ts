import { EventEmitter } from "node:events";
import { ThroughlineError } from "../core/errors.ts";
import type { Context } from "./context.ts";
import { currentContext, runIn } from "./current.ts";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** A function, an EventEmitter or an EventTarget, in words that need none of Node's own types. */
export type Bindable =
  | ((...args: never[]) => unknown)
  | { emit(eventName: string | symbol, ...args: never[]): boolean }
  | { dispatchEvent(event: never): boolean };

/**
 * Ties a function, an emitter or an EventTarget to the current context, by reference: it runs, or dispatches its
 * events, in the span and scope of here, wherever it is called from, and sees what is set here later. A function comes
 * back as a new one; an emitter or target as itself, and stays with the first context that it was bound to.
 *
 * @throws ThroughlineError THR_NOT_BINDABLE where it is none of them
 * @example
 * const onDone = bind(() => "runs in this request, whoever calls it");
 */
export function bind<Target extends Bindable>(target: Target): Target {
  const context = currentContext();
  if (typeof target === "function") return bindFunction(context, target as Target & AnyFunction);
  if (target instanceof EventEmitter) return bindEmitter(context, target);
  if (target instanceof EventTarget) return dispatchIn(context, target, "dispatchEvent");
  throw new ThroughlineError("THR_NOT_BINDABLE", "bind(target)");
}

/** A function that always runs in `context`, by reference: it sees what is set later in the same scope. */
export function bindFunction<Target>(context: Context, target: Target & AnyFunction): Target {
  const inContext = function (this: unknown, ...args: unknown[]): unknown {
    return runIn(context, () => target.apply(this, args));
  };
  Object.defineProperty(inContext, "length", { value: target.length, configurable: true });
  return inContext as Target;
}

/** Makes an emitter dispatch every event in `context`, wherever `emit` is called; the emitter is returned. */
export function bindEmitter<Emitter extends object>(context: Context, emitter: Emitter): Emitter {
  return dispatchIn(context, emitter, "emit");
}

/** What is bound already. The first context stays, as in the official manager, and no second layer is added. */
const bound = new WeakSet<object>();

function dispatchIn<Source extends object>(
  context: Context,
  source: Source,
  method: "emit" | "dispatchEvent",
): Source {
  if (bound.has(source)) return source;
  bound.add(source);
  const dispatch = Reflect.get(source, method) as AnyFunction;
  const inContext = function (this: unknown, ...args: unknown[]): unknown {
    return currentContext() === context
      ? dispatch.apply(this, args)
      : runIn(context, () => dispatch.apply(this, args));
  };
  // Not enumerable, as the prototype's own is not: a copy or a print of the source stays as it was.
  Object.defineProperty(source, method, { value: inContext, writable: true, configurable: true });
  return source;
}
