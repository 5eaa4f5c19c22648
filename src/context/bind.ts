import type { EventEmitter } from "node:events";
import type { Context } from "./context.ts";
import { processState } from "./process-state.ts";

const { storage } = processState;

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** A function that always runs in `context`, by reference: it sees what is set later in the same scope. */
export function bindFunction<Target>(context: Context, target: Target & AnyFunction): Target {
  const bound = function (this: unknown, ...args: unknown[]): unknown {
    return storage.run(context, () => target.apply(this, args));
  };
  Object.defineProperty(bound, "length", { value: target.length, configurable: true });
  return bound as Target;
}

/** Makes an emitter dispatch every event in `context`, wherever `emit` is called; the emitter is returned. */
export function bindEmitter<Emitter extends EventEmitter>(context: Context, emitter: Emitter): Emitter {
  // eslint-disable-next-line typescript/unbound-method -- called with its emitter below
  const emit = emitter.emit as AnyFunction;
  emitter.emit = function (this: EventEmitter, ...args: unknown[]): boolean {
    if (storage.getStore() === context) return emit.apply(this, args) as boolean;
    return storage.run(context, () => emit.apply(this, args)) as boolean;
  };
  return emitter;
}
