import { setImmediate } from "node:timers";
import { report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** An AbortSignal that was given; in the place of anything else, which is reported, none. */
export function usableSignal(given: unknown, subject: string): AbortSignal | undefined {
  if (given === undefined || isSignal(given)) return given;
  report(
    "invalid_argument",
    `the signal of ${subject} is an AbortSignal, and was given as ${nounFor(given)}`,
  );
  return undefined;
}

function isSignal(given: unknown): given is AbortSignal {
  try {
    // What only inherits from it throws as it is asked.
    return given instanceof AbortSignal && typeof given.aborted === "boolean";
  } catch {
    return false;
  }
}

type Listener = (reason: unknown) => void;

/** One listener for all that wait on a signal: Node 20 takes more than ten for a leak, and says so. */
const listening = new WeakMap<AbortSignal, { readonly all: Set<Listener>; readonly abort: () => void }>();

/** Has `listener` called once the signal is aborted, at once where it is; the result takes the listener off. */
export function onAbort(signal: AbortSignal | undefined, listener: Listener): () => void {
  if (signal?.aborted === true) listener(signal.reason);
  if (signal === undefined || signal.aborted) return () => {};
  const { all, abort } = listeningTo(signal);
  // A function may be given twice.
  const own: Listener = (reason) => listener(reason);
  all.add(own);
  return () => {
    all.delete(own);
    if (all.size > 0) return;
    signal.removeEventListener("abort", abort);
    listening.delete(signal);
  };
}

function listeningTo(signal: AbortSignal): { readonly all: Set<Listener>; readonly abort: () => void } {
  const known = listening.get(signal);
  if (known !== undefined) return known;
  const all = new Set<Listener>();
  const abort = (): void => {
    for (const tell of all) tell(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  const own = { all, abort };
  listening.set(signal, own);
  return own;
}

/** In the place of what a promise gives. */
export const ABORTED: unique symbol = Symbol("aborted");

/** What the promise gives; ABORTED where the signal is aborted before: well before, for what is given must not be lost. */
export function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  promise: Promise<Value>,
): Promise<Value | typeof ABORTED> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const off = onAbort(signal, () => setImmediate(resolve, ABORTED));
    promise.then(resolve, reject).finally(off);
  });
}
