import { currentContext, runIn } from "../context/current.ts";
import { Scope } from "../context/scope.ts";
import { quote } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { usableSignal } from "./abort-signals.ts";
import { type Stop, taken } from "./taken.ts";

export interface BatchOptions {
  /** How many items are at work at once, at most: a whole number from 1, or Infinity. */
  readonly concurrency: number;
  /** As it is aborted no more items are taken; those at work are waited for, and may look at it themselves. */
  readonly signal?: AbortSignal | undefined;
  /** Of each item's span. Default: the name of `work`. */
  readonly name?: string | undefined;
}

/** What came of a batch. */
export interface Batch<Result> {
  /** Of each item that was taken, in their order, as of Promise.allSettled. */
  readonly outcomes: readonly PromiseSettledResult<Result>[];
  /** Of the items that succeeded, in their order. */
  readonly results: readonly Result[];
  /** Of the items that failed, in their order. */
  readonly errors: readonly unknown[];
  /** Why not all items were taken: what the signal was aborted with, or what the iterable threw. */
  readonly stop: Stop | undefined;
}

/**
 * Does `work` for each item, some at once, each in a span and a scope of its own, which begins with what is set here. An
 * item that fails costs no other: its error is collected. Of an iterable, also an async one, no more is taken than is at
 * work.
 *
 * @throws ThroughlineError THR_NOT_ITERABLE, THR_NOT_A_NUMBER_AT_ONCE, THR_NOT_A_FUNCTION; rejects with nothing
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
  const { concurrency, signal: given, name = work.name } = options ?? {};
  if (concurrency !== Infinity && !(Number.isSafeInteger(concurrency) && concurrency >= 1))
    throw new ThroughlineError("THR_NOT_A_NUMBER_AT_ONCE", subject, quote(concurrency));
  if (!isIterable(items)) throw new ThroughlineError("THR_NOT_ITERABLE", subject, nounFor(items));
  return run(items, concurrency, usableSignal(given, subject), name === "" ? "item" : name, work);
}

async function run<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  concurrency: number,
  signal: AbortSignal | undefined,
  name: string,
  work: (item: Awaited<Item>, index: number) => Result,
): Promise<Batch<Awaited<Result>>> {
  const context = currentContext();
  // Loaded here and not above: nobody who imports the package for something else waits for it.
  const { pMapSettled } = await import("p-map");
  const one = (item: PromiseSettledResult<Awaited<Item>>, index: number): Promise<Awaited<Result>> =>
    runIn(context.withScope(new Scope(context.scope)), () =>
      withSpan(name, async (): Promise<Awaited<Result>> => {
        if (item.status === "rejected") throw item.reason;
        return await work(item.value, index);
      }),
    );
  let stop: Stop | undefined;
  const source = taken(items, signal, (reason) => (stop = { reason }));
  const outcomes = await pMapSettled(source, one, { concurrency });
  return {
    outcomes,
    results: outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value),
    errors: outcomes
      .filter((outcome) => outcome.status === "rejected")
      .map(({ reason }) => reason as unknown),
    stop,
  };
}

function isIterable(items: unknown): boolean {
  if (items === undefined || items === null) return false;
  const { [Symbol.iterator]: iterate, [Symbol.asyncIterator]: iterateAsync } = items as Partial<
    Iterable<unknown> & AsyncIterable<unknown>
  >;
  return typeof iterate === "function" || typeof iterateAsync === "function";
}
