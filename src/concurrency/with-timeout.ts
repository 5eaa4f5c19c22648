import { clearTimeout, setTimeout } from "node:timers";
import { currentContext } from "../context/current.ts";
import { LONGEST_WAIT } from "../core/deadline.ts";
import { requireDuration, requireFunction } from "../core/errors.ts";
import { guarded } from "../trace/guarded.ts";
import { onAbort, usableSignal } from "./abort-signals.ts";
import { nameOf } from "./name-of.ts";
import { TimeoutError } from "./timeout-error.ts";

/**
 * What `fn` gives, unless that takes longer: then its signal is aborted, the active span has an event `timeout`, and this
 * rejects, whether `fn` heeds its signal or not. What it gives afterwards is nobody's. No timer stays.
 *
 * @param ms at least 0; Infinity: for as long as it takes
 * @param options `signal`: aborts it sooner, and this rejects with its reason
 * @throws ThroughlineError THR_NOT_A_DURATION, THR_NOT_A_FUNCTION; rejects with a TimeoutError
 * @example
 * const answer = await withTimeout(2_000, async (signal) => ({ aborted: signal.aborted }));
 */
export function withTimeout<Result>(
  ms: number,
  fn: (signal: AbortSignal) => Result,
  options?: { readonly signal?: AbortSignal | undefined },
): Promise<Awaited<Result>> {
  requireDuration(ms, "the ms of withTimeout(ms, fn)");
  requireFunction(fn, "withTimeout(ms, fn)");
  const subject = nameOf(fn.name, "");
  return timeLimited(ms, fn, usableSignal(options?.signal, "withTimeout(ms, fn)"), subject);
}

/** @param subject the name of what may take no longer, where it has one */
export async function timeLimited<Result>(
  ms: number,
  fn: (signal: AbortSignal) => Result,
  given: AbortSignal | undefined,
  subject: string,
): Promise<Awaited<Result>> {
  const { span } = currentContext();
  const own = new AbortController();
  const timeOut = (): void => {
    guarded(() => span?.addEvent("timeout", { "timeout.duration": ms / 1000 }));
    own.abort(new TimeoutError(ms, subject));
  };
  const timer = ms > LONGEST_WAIT ? undefined : setTimeout(timeOut, ms);
  const offSignal = onAbort(given, (reason) => own.abort(reason));
  try {
    own.signal.throwIfAborted();
    // The abort first: work that heeds its signal rejects as it is aborted.
    return await Promise.race([abortOf(own.signal), settled(fn, own.signal)]);
  } finally {
    clearTimeout(timer);
    offSignal();
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => void onAbort(signal, reject));
}

/** What `fn` gives, or throws. */
async function settled<Result>(
  fn: (signal: AbortSignal) => Result,
  signal: AbortSignal,
): Promise<Awaited<Result>> {
  return await fn(signal);
}
