import type { EventEmitter } from "node:events";
import type { Context } from "./context.ts";
import { currentContext, runIn } from "./current.ts";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** A function that always runs in `context`, by reference: it sees what is set later in the same scope. */
export function bindFunction<Target>(context: Context, target: Target & AnyFunction): Target {
  const inContext = function (this: unknown, ...args: unknown[]): unknown {
    return runIn(context, () => target.apply(this, args));
  };
  Object.defineProperty(inContext, "length", { value: target.length, configurable: true });
  return inContext as Target;
}

/** Emitters that are bound. The first context stays, as in the official manager, and no second layer is added. */
const bound = new WeakSet<EventEmitter>();

/** Makes an emitter dispatch every event in `context`, wherever `emit` is called; the emitter is returned. */
export function bindEmitter<Emitter extends EventEmitter>(context: Context, emitter: Emitter): Emitter {
  if (bound.has(emitter)) return emitter;
  bound.add(emitter);
  // oxlint-disable-next-line typescript/unbound-method -- called with its emitter below
  const emit = emitter.emit as AnyFunction;
  const emitInContext = function (this: EventEmitter, ...args: unknown[]): unknown {
    return currentContext() === context
      ? emit.apply(this, args)
      : runIn(context, () => emit.apply(this, args));
  };
  // Not enumerable, as the prototype's own is not: a copy or a print of the emitter stays as it was.
  Object.defineProperty(emitter, "emit", { value: emitInContext, writable: true, configurable: true });
  return emitter;
}
