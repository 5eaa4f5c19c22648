import { clearTimeout, setTimeout } from "node:timers";
import { currentContext } from "../context/current.ts";
import { LONGEST_WAIT } from "../core/deadline.ts";
import { quote } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { guarded } from "../trace/guarded.ts";
import { onAbort, usableSignal } from "./abort-signals.ts";
import { TimeoutError } from "./timeout-error.ts";

/**
 * What `fn` gives, unless that takes longer: then its signal is aborted, the active span has an event `timeout`, and this
 * rejects, whether `fn` heeds its signal or not. What it gives afterwards is nobody's. No timer stays.
 *
 * @param ms at least 0; Infinity: for as long as it takes
 * @param options `signal`: aborts it sooner, and this rejects with its reason
 * @throws ThroughlineError THR_NOT_A_TIME, THR_NOT_A_FUNCTION; rejects with a TimeoutError
 * @example
 * const answer = await withTimeout(2_000, async (signal) => ({ aborted: signal.aborted }));
 */
export function withTimeout<Result>(
  ms: number,
  fn: (signal: AbortSignal) => Result,
  options?: { readonly signal?: AbortSignal | undefined },
): Promise<Awaited<Result>> {
  if (typeof ms !== "number" || !(ms >= 0))
    throw new ThroughlineError("THR_NOT_A_TIME", "withTimeout(ms, fn)", quote(ms));
  requireFunction(fn, "withTimeout(ms, fn)");
  return limited(ms, fn, usableSignal(options?.signal, "withTimeout(ms, fn)"));
}

/** The same, with the name of what may take no longer. */
export function limited<Result>(
  ms: number,
  fn: (signal: AbortSignal) => Result,
  given: AbortSignal | undefined,
  subject?: string,
): Promise<Awaited<Result>> {
  const { span } = currentContext();
  return new Promise((resolve, reject) => {
    const own = new AbortController();
    const giveUp = (reason: unknown): void => {
      own.abort(reason);
      reject(reason);
    };
    const timeOut = (): void => {
      guarded(() => span?.addEvent("timeout", { "timeout.duration": ms / 1000 }));
      giveUp(new TimeoutError(ms, subject));
    };
    const timer = ms > LONGEST_WAIT ? undefined : setTimeout(timeOut, ms);
    const offSignal = onAbort(given, giveUp);
    const finish = (): void => {
      clearTimeout(timer);
      offSignal();
    };
    if (own.signal.aborted) return finish();
    own.signal.addEventListener("abort", finish, { once: true });
    settled(fn, own.signal).then(resolve, reject).finally(finish);
  });
}

/** What `fn` gives, or throws. */
async function settled<Result>(
  fn: (signal: AbortSignal) => Result,
  signal: AbortSignal,
): Promise<Awaited<Result>> {
  return await fn(signal);
}
