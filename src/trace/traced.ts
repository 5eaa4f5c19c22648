import type { SpanOptions } from "@opentelemetry/api";
import { sameSignature } from "../context/bind.ts";
import { ThroughlineError } from "../core/errors.ts";
import type { WithSpan } from "./with-span.ts";

type AnyFunction = (this: never, ...args: never[]) => unknown;

export interface Traced {
  /**
   * A function that does what `fn` does, each call in a span; `this`, arguments, result and errors are its own.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   * @example
   * const charge = traced("charge", async (amount: number) => amount > 0);
   * await charge(42);
   */
  <Traceable extends AnyFunction>(name: string, fn: Traceable): Traceable;
  <Traceable extends AnyFunction>(name: string, options: SpanOptions, fn: Traceable): Traceable;
  /** A decorator for methods, in the standard form and in the legacy one; unnamed, the span has the method's name. */
  (name?: string, options?: SpanOptions): TracedDecorator;
}

export interface TracedDecorator {
  <Method extends AnyFunction>(
    method: Method,
    context: { readonly kind: "method"; readonly name: string | symbol },
  ): Method;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

/** `traced` for one instrumentation scope. */
export function tracedOf(withSpan: WithSpan): Traced {
  const wrap = <Traceable>(name: string, options: SpanOptions, fn: Traceable): Traceable => {
    if (typeof fn !== "function") throw misuse();
    const call = fn as unknown as (this: unknown, ...args: unknown[]) => unknown;
    return sameSignature(call as never, function (this: unknown, ...args: unknown[]): unknown {
      return withSpan(name, options, () => call.apply(this, args));
    });
  };
  const traced = (...args: readonly unknown[]): unknown => {
    const [name, second, fn] = args;
    if (name !== undefined && typeof name !== "string") throw misuse();
    if (name !== undefined && typeof second === "function") return wrap(name, {}, second);
    if (name !== undefined && args.length > 2) return wrap(name, (second ?? {}) as SpanOptions, fn);
    if (second !== undefined && typeof second !== "object") throw misuse();
    return decorator((method, own) => wrap(name ?? own, (second ?? {}) as SpanOptions, method));
  };
  return traced as Traced;
}

function decorator(wrap: (method: unknown, ownName: string) => unknown): unknown {
  return (target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (descriptor === undefined)
      return wrap(target, String((context as { name?: unknown } | undefined)?.name));
    descriptor.value = wrap(descriptor.value, String(context));
    return descriptor;
  };
}

function misuse(): ThroughlineError {
  return new ThroughlineError("THR_NOT_A_FUNCTION", "traced(name, options?, fn)");
}
