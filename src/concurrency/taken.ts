import { ignoreRejection } from "../core/rejection.ts";
import { ABORTED, unlessAborted } from "./abort-signals.ts";

/** Why no more is taken. */
export interface Stop {
  readonly reason: unknown;
}

/**
 * One item after the other until there is none, the signal is aborted or the iterable throws, as it may in whatever is
 * asked of it. Each comes as it settled: a promise among the items of a sync iterable that rejects has failed alone. Never
 * throws.
 */
export async function* taken<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal | undefined,
  stopped: (reason: unknown) => void,
): AsyncGenerator<PromiseSettledResult<Awaited<Item>>> {
  try {
    const iterator = iteratorOf(items);
    for (;;) {
      if (signal?.aborted === true) break;
      const next = await unlessAborted(signal, Promise.resolve(iterator.next()));
      if (next === ABORTED) break;
      // Of a text or a number it would have no end.
      if (typeof next !== "object" || next === null)
        throw new TypeError("the iterator gave no result object");
      if (next.done === true) return;
      const [outcome] = await Promise.allSettled([next.value]);
      yield outcome;
    }
    stopped(signal?.reason);
    // Nobody waits for it: what it is doing may never end.
    ignoreRejection(iterator.return?.());
  } catch (thrown) {
    stopped(thrown);
  }
}

function iteratorOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
): Iterator<Item, unknown> | AsyncIterator<Item, unknown> {
  // A text has no properties to look for by `in`.
  const { [Symbol.asyncIterator]: isAsync } = items as Partial<AsyncIterable<Item>>;
  return typeof isAsync === "function"
    ? (items as AsyncIterable<Item>)[Symbol.asyncIterator]()
    : (items as Iterable<Item>)[Symbol.iterator]();
}
