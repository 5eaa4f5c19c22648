import { setImmediate as turn } from "node:timers/promises";
import { ignoreRejection } from "../core/rejection.ts";
import { ABORTED, unlessAborted } from "./abort-signals.ts";
import { isThenable } from "./thenable.ts";

/** So many items are taken before others have their turn. */
const TURN = 100;

/**
 * One item after the other until there is none, the signal is aborted or the iterable throws, as it may in whatever is
 * asked of it. Each is in an array: a promise among the items is for whoever works on it to await. Never throws.
 */
export async function* itemsOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal | undefined,
  stopped: (reason: unknown) => void,
): AsyncGenerator<readonly [Item]> {
  let iterator: AnyIterator<Item>;
  try {
    iterator = iteratorOf(items);
    for (let taken = 1; ; taken++) {
      if (signal?.aborted === true) break;
      const asked = iterator.next();
      const next = isThenable(asked)
        ? await unlessAborted(signal, Promise.resolve(asked))
        : (asked as IteratorResult<Item, unknown>);
      if (next === ABORTED) break;
      // Of a text or a number it would have no end.
      if (typeof next !== "object" || next === null)
        throw new TypeError("the iterator gave no result object");
      if (next.done) return;
      yield [next.value];
      // What gives items without end, and work that is done at once, would let nobody abort.
      if (taken % TURN === 0) await turn();
    }
  } catch (thrown) {
    return stopped(thrown);
  }
  stopped(signal?.reason);
  close(iterator);
}

type AnyIterator<Item> = Iterator<Item, unknown> | AsyncIterator<Item, unknown>;

/** Nobody waits for it: what it is doing may never end. */
function close(iterator: AnyIterator<unknown>): void {
  try {
    ignoreRejection(iterator.return?.());
  } catch {
    // Why no more is taken was told.
  }
}

/** How to iterate over something: no function where that cannot be. */
export function iterationOf(items: unknown): unknown {
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = Object(items) as {
    readonly [Symbol.asyncIterator]?: unknown;
    readonly [Symbol.iterator]?: unknown;
  };
  return asynchronous ?? synchronous;
}

function iteratorOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): AnyIterator<Item> {
  return (iterationOf(items) as () => AnyIterator<Item>).call(items);
}
