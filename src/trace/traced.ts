import type { SpanOptions } from "@opentelemetry/api";
import { sameSignature } from "../context/bind.ts";
import { notAFunction, requireFunction } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import type { WithSpan } from "./with-span.ts";

type AnyFunction = (this: never, ...args: never[]) => unknown;

/** `traced`, for one instrumentation scope. */
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

const SUBJECT = "traced(name, options?, fn), or @traced() before a method,";

/** `traced` for one instrumentation scope. */
export function tracedOf(withSpan: WithSpan): Traced {
  const wrap = (name: string, options: SpanOptions, fn: unknown): unknown => {
    requireFunction(fn, SUBJECT);
    return sameSignature(fn, function (this: unknown, ...args: unknown[]): unknown {
      return withSpan(name, options, (): unknown => Reflect.apply(fn, this, args));
    });
  };
  const traced = (...args: readonly unknown[]): unknown => {
    const [name, second, fn] = args;
    if (name !== undefined && typeof name !== "string")
      throw notAFunction(SUBJECT, `${nounFor(name)} as its name`);
    if (name !== undefined && typeof second === "function") return wrap(name, {}, second);
    if (name !== undefined && args.length > 2) return wrap(name, second ?? {}, fn);
    // An import that is undefined, say: options are an object.
    if (args.length > 1 && typeof second !== "object") requireFunction(second, SUBJECT);
    return decorator((method, own) => wrap(name ?? own, second ?? {}, method));
  };
  return traced as Traced;
}

/** Of a decorator's context, which a compiler makes, but might not have. */
function nameIn(context: unknown): string {
  try {
    return String((context as { name?: unknown } | undefined)?.name);
  } catch {
    return "undefined";
  }
}

function decorator(wrap: (method: unknown, ownName: string) => unknown): unknown {
  return (target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (descriptor === undefined) return wrap(target, nameIn(context));
    return { ...descriptor, value: wrap(descriptor.value, String(context)) };
  };
}
