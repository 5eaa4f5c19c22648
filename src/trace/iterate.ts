import { currentContext, runIn } from "../context/current.ts";
import { isPromise } from "node:util/types";

type Step = (this: unknown, ...args: unknown[]) => unknown;
type Steps = Record<"next" | "return" | "throw", Step>;

const GENERATORS: ReadonlySet<unknown> = new Set(["Generator", "AsyncGenerator"]);

/** Of a generator function, async or not. Never throws. */
export function isGenerator(value: object): boolean {
  try {
    return GENERATORS.has((value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]);
  } catch {
    return false;
  }
}

/**
 * Has each step of a generator run in what is current now, for its body would run in the context of whoever asks for the
 * next value; and tells once how it came to its end: by itself, by a throw, or because whoever iterates has left.
 */
export function iterate<Value extends object>(
  generator: Value,
  done: () => void,
  failed: (thrown: unknown) => void,
): Value {
  const context = currentContext();
  let isOver = false;
  const end = (tell: () => void): void => {
    if (isOver) return;
    isOver = true;
    tell();
  };
  const told = (result: unknown): unknown => {
    if ((result as { readonly done?: unknown } | null | undefined)?.done === true) end(done);
    return result;
  };
  const fail = (thrown: unknown): never => {
    end(() => failed(thrown));
    throw thrown;
  };
  for (const name of ["next", "return", "throw"] as const) {
    const step = (generator as unknown as Steps)[name];
    const own: Step = (...args) => {
      let result: unknown;
      try {
        result = runIn(context, () => step.apply(generator, args));
      } catch (thrown) {
        return fail(thrown);
      }
      return isPromise(result) ? result.then(told, fail) : told(result);
    };
    if (!Reflect.defineProperty(generator, name, { value: own, configurable: true, writable: true })) {
      // It takes nothing: how it ends cannot be known.
      end(done);
      return generator;
    }
  }
  return generator;
}
