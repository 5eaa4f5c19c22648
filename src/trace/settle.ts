import { isGeneratorObject, isPromise } from "node:util/types";
import { followStream, isReadable } from "./follow-stream.ts";
import { followWebStream, isWebStream } from "./follow-web-stream.ts";
import { followOnce } from "./followed.ts";
import { iterate } from "./iterate.ts";

/**
 * Tells `done` or `failed` how a function's result turned out, and returns what the caller gets in its place:
 * - a value: itself;
 * - a native promise, or a subclass: one derived by its own `then`, so an unhandled rejection stays unhandled;
 * - a promise with properties of its own (a child process, say): itself, observed (its rejection then counts as handled);
 * - another thenable: adopted, its `then` called exactly once, here and now;
 * - a generator, or a readable stream, of Node or of the web: itself, each step run in what is current now; it has turned
 *   out when it comes to its end.
 */
export function settle<Result>(result: Result, done: () => void, failed: (thrown: unknown) => void): Result {
  if (isPromise(result)) return observe(result, done, failed);
  const then = thenOf(result);
  if (then !== undefined) {
    const adopted = new Promise((resolve, reject) => void then.call(result, resolve, reject));
    return derive(adopted, done, failed) as Result;
  }
  if (typeof result === "object" && result !== null) {
    if (isGeneratorObject(result)) return followOnce(result, { done, failed }, iterate) as Result;
    if (isReadable(result)) return followOnce(result, { done, failed }, followStream);
    if (isWebStream(result)) return followOnce(result, { done, failed }, followWebStream);
  }
  done();
  return result;
}

function observe<Result>(
  result: Result & Promise<unknown>,
  done: () => void,
  failed: (thrown: unknown) => void,
): Result {
  try {
    // Names only: Node keeps ids of its own on promises, under symbols.
    if (Object.getOwnPropertyNames(result).length === 0) return derive(result, done, failed) as Result;
    void result.then(done, failed);
  } catch {
    // A `then` of its own that fails: how the promise ends cannot be known.
    done();
  }
  return result;
}

function derive(
  promise: Promise<unknown>,
  done: () => void,
  failed: (thrown: unknown) => void,
): Promise<unknown> {
  return promise.then(
    (value) => {
      done();
      return value;
    },
    (thrown: unknown) => {
      failed(thrown);
      throw thrown;
    },
  );
}

/** The `then` of a thenable, read once: it may be a getter. */
function thenOf(value: unknown): Then | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  try {
    const { then } = value as { then?: unknown };
    return typeof then === "function" ? (then as Then) : undefined;
  } catch {
    return undefined;
  }
}

type Then = (this: unknown, resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown;
