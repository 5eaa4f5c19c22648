import { report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** An AbortSignal that was given; in the place of anything else, which is reported, none. */
export function usableSignal(given: unknown, subject: string): AbortSignal | undefined {
  if (given === undefined || given instanceof AbortSignal) return given;
  report(
    "invalid_argument",
    `the signal of ${subject} is an AbortSignal, and was given as ${nounFor(given)}`,
  );
  return undefined;
}

/** Has `listener` called once the signal is aborted, at once where it is; the result takes the listener off. */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  const abort = (): void => listener(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}

/** In the place of what a promise gives. */
export const ABORTED: unique symbol = Symbol("aborted");

/** What the promise gives; ABORTED where the signal is aborted before. */
export function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  promise: Promise<Value>,
): Promise<Value | typeof ABORTED> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const off = onAbort(signal, () => resolve(ABORTED));
    promise.then(resolve, reject).finally(off);
  });
}
