import { scope } from "../context/open-scope.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { asGiven, nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { ABORTED, unlessAborted, usableSignal } from "./abort-signals.ts";
import { itemsOf, iterationOf } from "./items-of.ts";
import { nameOf } from "./name-of.ts";
import { isThenable } from "./thenable.ts";

export interface BatchOptions {
  /** How many items are at work at once, at most: a whole number from 1, or Infinity. */
  readonly concurrency: number;
  /** As it is aborted no more items are taken; those at work are waited for, and may look at it themselves. */
  readonly signal?: AbortSignal | undefined;
  /** Of each item's span. Default: the name of `work`. */
  readonly name?: string | undefined;
}

/** Why no more was asked for. */
export interface Stop {
  readonly reason: unknown;
}

/** What came of a batch. */
export interface Batch<Result> {
  /** Of each item that was taken, in their order, as of Promise.allSettled. */
  readonly outcomes: readonly PromiseSettledResult<Result>[];
  /** Of the items that succeeded, in their order. */
  readonly results: readonly Result[];
  /** Of the items that failed, in their order. */
  readonly errors: readonly unknown[];
  /** Undefined where there was no more; else what the signal was aborted with, or what the iterable threw. */
  readonly stop: Stop | undefined;
}

/**
 * Does `work` for each item, some at once, each in a span and a scope of its own, which begins with what is set here. An
 * item that fails costs no other: its error is collected. Of an iterable, also an async one, no more is taken than is at
 * work. Never rejects.
 *
 * @throws ThroughlineError THR_NOT_ITERABLE, THR_NOT_A_CONCURRENCY, THR_NOT_A_FUNCTION
 * @example
 * const { results, errors } = await batch([1, 2, 3], { concurrency: 2 }, async (id) => ({ id }));
 */
export function batch<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: BatchOptions,
  work: (item: Awaited<Item>, index: number) => Result,
): Promise<Batch<Awaited<Result>>> {
  const subject = "batch(items, { concurrency }, fn)";
  requireFunction(work, subject);
  const { concurrency, signal, name } = options ?? {};
  if (concurrency !== Infinity && !(Number.isSafeInteger(concurrency) && concurrency >= 1))
    throw new ThroughlineError("THR_NOT_A_CONCURRENCY", subject, asGiven(concurrency));
  if (typeof iterationOf(items) !== "function")
    throw new ThroughlineError("THR_NOT_ITERABLE", subject, nounFor(items));
  handleRejectionsOf(items);
  return run(items, concurrency, usableSignal(signal, subject), nameOf(name ?? work.name, "item"), work);
}

/** Promises that are there already may reject before they have their turn, which would end the process. */
function handleRejectionsOf(items: unknown): void {
  const { [Symbol.iterator]: iterate } = Object(items) as Partial<Iterable<unknown>>;
  // Others may give each item but once.
  const isPlain = PLAIN.some((iterateOf) => iterateOf === iterate);
  try {
    if (isPlain) for (const item of items as Iterable<unknown>) ignoreRejection(item);
  } catch {
    // A getter that throws does so again as its item is taken.
  }
}

const PLAIN: readonly unknown[] = [Array.prototype[Symbol.iterator], Set.prototype[Symbol.iterator]];

async function run<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  concurrency: number,
  signal: AbortSignal | undefined,
  name: string,
  work: (item: Awaited<Item>, index: number) => Result,
): Promise<Batch<Awaited<Result>>> {
  // Loaded here and not above: nobody who imports the package for something else waits for it.
  const { pMapSettled } = await import("p-map");
  // In arrays, for p-map takes some values of its own for orders.
  const one = ([item]: readonly [Item], index: number): Promise<readonly [Awaited<Result>]> =>
    scope(() => withSpan(name, async () => [await work(await given(item, signal), index)] as const));
  let stop: Stop | undefined;
  const source = itemsOf(items, signal, (reason) => (stop = { reason }));
  const outcomes = (await pMapSettled(source, one, { concurrency })).map(unpacked);
  return {
    outcomes,
    results: outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value),
    errors: outcomes
      .filter((outcome) => outcome.status === "rejected")
      .map(({ reason }) => reason as unknown),
    stop,
  };
}

/** An item that is a promise has failed where the signal is aborted before it is there: nobody is at work on it. */
async function given<Item>(item: Item, signal: AbortSignal | undefined): Promise<Awaited<Item>> {
  const value = isThenable(item) ? await unlessAborted(signal, Promise.resolve(item)) : item;
  if (value === ABORTED) throw signal?.reason;
  return value as Awaited<Item>;
}

function unpacked<Value>(outcome: PromiseSettledResult<readonly [Value]>): PromiseSettledResult<Value> {
  return outcome.status === "rejected" ? outcome : { status: "fulfilled", value: outcome.value[0] };
}
