import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from "node:async_hooks";
import type { Context } from "./context.ts";
import { processState } from "./process-state.ts";

const { storage } = processState;

type Enter = <A, B, Result>(context: Context, fn: (a: A, b: B) => Result, a: A, b: B) => Result;

/**
 * HOT. Calls `fn` with a context current, in our storage: for the call and all that it starts. On Node 24 and later the
 * second way costs two thirds of the first: `run` copies the map of all stores twice, a resource's scope once, and
 * restores by pointer. `enterWith` leaks from an async function into its caller, but not out of a resource's scope.
 */
export const enterFor: Enter = hasContextFrames()
  ? (context, fn, a, b) =>
      new AsyncResource("THROUGHLINE", BY_HAND).runInAsyncScope(
        enterAndCall,
        undefined,
        context,
        fn,
        a,
        b,
      ) as never
  : (context, fn, a, b) => storage.run(context, fn, a, b);

/** Nobody waits for the end of such a resource. */
const BY_HAND = { requireManualDestroy: true };

function enterAndCall<A, B, Result>(context: Context, fn: (a: A, b: B) => Result, a: A, b: B): Result {
  storage.enterWith(context);
  return fn(a, b);
}

/** Whether stores travel in frames of their own (Node 24 and later), and not on the resource that is executing. */
function hasContextFrames(): boolean {
  const outside = marks();
  return new AsyncLocalStorage<object>().run({}, marks) === outside;
}

function marks(): number {
  return Object.getOwnPropertySymbols(executionAsyncResource()).length;
}
