import { isPromise } from "node:util/types";
import { currentContext, runIn } from "../context/current.ts";
import { define, type Followed } from "./followed.ts";

type Step = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Has each step of a generator run in what is current now, for its body would run in the context of whoever asks for the
 * next value; and tells how it came to its end: by itself, by a throw, or because whoever iterates has left.
 */
export function iterate(generator: object, followed: Followed): void {
  const context = currentContext();
  const told = (result: unknown): unknown => {
    if ((result as { readonly done?: unknown } | null | undefined)?.done === true)
      followed.end(({ done }) => done());
    return result;
  };
  const fail = (thrown: unknown): never => {
    followed.end(({ failed }) => failed(thrown));
    throw thrown;
  };
  for (const name of ["next", "return", "throw"] as const) {
    const step = (generator as Record<typeof name, Step>)[name];
    define(generator, name, (...args: unknown[]): unknown => {
      let result: unknown;
      try {
        result = runIn(context, () => step.apply(generator, args));
      } catch (thrown) {
        return fail(thrown);
      }
      return isPromise(result) ? result.then(told, fail) : told(result);
    });
  }
}
