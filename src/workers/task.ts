import { sameSignature } from "../context/bind.ts";
import { Snapshot } from "../context/snapshot.ts";
import { requireFunction } from "../core/errors.ts";
import { leftForThisThread } from "../threads/left-for-workers.ts";
import { handOver } from "../threads/parent-thread.ts";
import { start } from "../sdk/start.ts";
import { settle } from "../trace/settle.ts";
import { opened } from "./envelope.ts";

/**
 * A worker's function, for a pool or as the listener of `parentPort`: it is given what was sent, and runs in the context
 * that it was sent in, by `carryContext`, in a scope of its own. Its telemetry goes to the thread that has called
 * `start()`: here nobody need. What was made until it settles is handed over before its result is.
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 * @example
 * const resize = task(async (image: { width: number }) => image.width / 2); // export default, in the worker's file
 */
export function task<Input, Rest extends unknown[], Result>(
  fn: (input: Input, ...rest: Rest) => Result,
): (input: Input, ...rest: Rest) => Result {
  requireFunction(fn, "task(fn)");
  joinParent();
  return sameSignature(fn, function (this: unknown, message: unknown, ...rest: Rest): Result {
    joinParent();
    const sent = opened(message);
    if (sent === undefined) return toEnd(() => fn.call(this, message as Input, ...rest));
    return Snapshot.from(sent.carrier).run(() => toEnd(() => fn.call(this, sent.value as Input, ...rest)));
  });
}

let isJoined = false;

/** Begins telemetry in this worker, once there is a thread that exports for it. */
function joinParent(): void {
  if (isJoined || leftForThisThread() === undefined) return;
  isJoined = true;
  start();
}

function toEnd<Result>(work: () => Result): Result {
  let result: Result;
  try {
    result = work();
  } catch (thrown) {
    handOver();
    throw thrown;
  }
  return settle(result, handOver, handOver);
}
