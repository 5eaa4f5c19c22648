import { sameSignature } from "../context/bind.ts";
import { Snapshot } from "../context/snapshot.ts";
import { requireFunction } from "../core/errors.ts";
import { offerGeneration } from "../threads/offer.ts";
import { handOver } from "../threads/exporting-thread.ts";
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
  joinExporter();
  return sameSignature(fn, function (this: unknown, message: unknown, ...rest: Rest): Result {
    joinExporter();
    const sent = opened(message);
    if (sent === undefined) return toEnd(() => fn.call(this, message as Input, ...rest));
    return Snapshot.from(sent.carrier).run(() => toEnd(() => fn.call(this, sent.value as Input, ...rest)));
  });
}

/** The offer that this worker has taken; 0 for none. */
let taken = 0;

/** HOT. Begins telemetry in this worker once there is a thread that exports for it, and anew where that has begun anew. */
function joinExporter(): void {
  const offered = offerGeneration();
  if (offered === taken || offered === 0) return;
  if (taken !== 0) void start().shutdown();
  taken = offered;
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
