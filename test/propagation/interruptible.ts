import { runInNewContext } from "node:vm";

/** Calls `fn`; one that hangs is interrupted, so that it fails its own test and not the whole run. */
export function interruptible<Result>(fn: () => Result): Result {
  return runInNewContext("fn()", { fn }, { timeout: 1000 }) as Result;
}
