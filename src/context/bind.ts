import { EventEmitter } from "node:events";
import { ThroughlineError } from "../core/errors.ts";
import { hiddenField } from "../core/hidden-field.ts";
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
  const isBound = isEmitter(target)
    ? dispatchIn(context, target, "emit")
    : isEventTarget(target) && dispatchIn(context, target, "dispatchEvent");
  if (!isBound) throw new ThroughlineError("THR_NOT_BINDABLE", "bind(target)");
  return target;
}

/** A function that always runs in `context`, by reference: it sees what is set later in the same scope. */
export function bindFunction<Target>(context: Context, target: Target & AnyFunction): Target {
  return sameSignature(target, function (this: unknown, ...args: unknown[]): unknown {
    return runIn(context, () => target.apply(this, args));
  });
}

/** Frameworks look at how many arguments a function takes, and people at its name. */
export function sameSignature<Target extends { readonly length: number; readonly name: string }>(
  target: Target,
  wrapper: unknown,
): Target {
  try {
    const { length, name } = target;
    Object.defineProperties(wrapper, {
      length: { value: length, configurable: true },
      name: { value: name, configurable: true },
    });
  } catch {
    // A proxy that has been revoked, say: it fails where it is called.
  }
  return wrapper as Target;
}

/** Makes an emitter dispatch every event in `context`, wherever `emit` is called. */
export function bindEmitter(context: Context, emitter: object): void {
  dispatchIn(context, emitter, "emit");
}

/** HOT. As `bindEmitter`, for what there is for each request: prints and copies show it, and it takes a tenth of the time. */
export function bindRequest(context: Context, emitter: object): void {
  dispatchIn(context, emitter, "emit", assign);
}

/** Never throws: asking a revoked proxy does. */
export function isEmitter(target: unknown): target is { emit(name: string): boolean } {
  try {
    return target instanceof EventEmitter;
  } catch {
    return false;
  }
}

/** Ports are no such target: Node hands them their messages by a way of its own. */
function isEventTarget(target: unknown): target is EventTarget {
  try {
    return (
      target instanceof EventTarget &&
      !(target instanceof MessagePort) &&
      !(target instanceof BroadcastChannel)
    );
  } catch {
    return false;
  }
}

/** What is bound already. The first context stays, as in the official manager, and no second layer is added. */
const bound = hiddenField<true>();

/** False where the source cannot be read or changed. */
function dispatchIn(context: Context, source: object, method: Method, put: Put = define): boolean {
  try {
    return bound.get(source) === true || replaceDispatch(context, source, method, put);
  } catch {
    return false;
  }
}

type Method = "emit" | "dispatchEvent";

/** Gives a source a method of its own; false where it does not take it. */
type Put = (source: object, method: Method, own: AnyFunction) => boolean;

/** Not enumerable, as the prototype's own is not: a copy or a print of the source stays as it was. */
function define(source: object, method: Method, own: AnyFunction): boolean {
  return Reflect.defineProperty(source, method, { value: own, writable: true, configurable: true });
}

function assign(source: object, method: Method, own: AnyFunction): boolean {
  const isAssigned = Reflect.set(source, method, own) && Reflect.get(source, method) === own;
  return isAssigned || define(source, method, own);
}

/** As they are now: they call nothing but listeners, unless somebody has patched them by the time that this is loaded. */
const { emit, listenerCount } = EventEmitter.prototype as unknown as Record<
  "emit" | "listenerCount",
  AnyFunction
>;

function replaceDispatch(context: Context, source: object, method: Method, put: Put): boolean {
  const dispatch = Reflect.get(source, method) as AnyFunction;
  const isPlain = dispatch === emit;
  const inContext = function (this: unknown, ...args: unknown[]): unknown {
    // Most events of a request are heard by nobody.
    if (currentContext() === context || (isPlain && listenerCount.call(this, args[0]) === 0))
      return dispatch.apply(this, args);
    return runIn(context, () => dispatch.apply(this, args));
  };
  const isBound = put(source, method, inContext);
  if (isBound) bound.set(source, true);
  return isBound;
}
