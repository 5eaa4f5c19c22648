import { type Context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";
import { EventEmitter } from "node:events";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** The least that can be called a context manager: a stack of the calls that are running, and nothing of what they started. */
export class StackContextManager implements ContextManager {
  readonly #stack: Context[] = [];
  readonly #bound = new WeakSet<EventEmitter>();

  active(): Context {
    return this.#stack.at(-1) ?? ROOT_CONTEXT;
  }

  with<Arguments extends unknown[], Call extends (...args: Arguments) => ReturnType<Call>>(
    context: Context,
    fn: Call,
    thisArg?: ThisParameterType<Call>,
    ...args: Arguments
  ): ReturnType<Call> {
    this.#stack.push(context);
    try {
      return fn.call(thisArg, ...args);
    } finally {
      this.#stack.pop();
    }
  }

  bind<Target>(context: Context, target: Target): Target {
    if (target instanceof EventEmitter && !this.#bound.has(target)) {
      this.#bound.add(target);
      target.emit = this.bind(context, Reflect.get(target, "emit") as typeof target.emit);
    }
    if (typeof target !== "function") return target;
    const inContext = (call: () => unknown): unknown => this.with(context, call);
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return inContext(() => (target as Target & AnyFunction).apply(this, args));
    };
    return Object.defineProperty(bound, "length", { value: target.length }) as Target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}
