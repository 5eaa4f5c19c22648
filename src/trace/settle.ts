import { isPromise } from "node:util/types";

/**
 * Tells `done` or `failed` how a function's result turned out, and returns what the caller gets in its place:
 * - a value: itself;
 * - a native promise, or a subclass: one derived by its own `then`, so an unhandled rejection stays unhandled;
 * - a promise with properties of its own (a child process, say): itself, observed (its rejection then counts as handled);
 * - another thenable: adopted, its `then` called exactly once, here and now.
 */
export function settle<Result>(result: Result, done: () => void, failed: (thrown: unknown) => void): Result {
  if (isPromise(result)) return observe(result, done, failed);
  if (isThenable(result)) {
    return derive(new Promise((resolve, reject) => result.then(resolve, reject)), done, failed) as Result;
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}
