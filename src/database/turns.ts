import { ABORTED, unlessAborted } from "../concurrency/abort-signals.ts";

/** One at a time, in the order in which they ask; each in the context in which it asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Rejects as the signal is aborted before its turn; `fn` is called all the same, to leave what it has. By awaits alone, so
   * that the stack of an error leads to whoever asked.
   */
  async take<Result>(fn: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const before = this.#last;
    let end = nothing;
    this.#last = new Promise((resolve) => (end = resolve));
    if ((await unlessAborted(signal, before)) === ABORTED) {
      before.then(fn).then(end, end);
      throw signal?.reason;
    }
    try {
      return await fn();
    } finally {
      end();
    }
  }

  /** Once nobody has a turn, or waits for one. */
  async over(): Promise<void> {
    for (let last; last !== this.#last;) await (last = this.#last);
  }
}

function nothing(): void {}

/** Of each session that somebody has been given. */
const ofSessions = new WeakMap<object, Turns>();

/** Whether it was given to somebody before. */
export function isKnown(session: object): boolean {
  return ofSessions.has(session);
}

export function turnsOf(session: object): Turns {
  const known = ofSessions.get(session);
  if (known !== undefined) return known;
  const own = new Turns();
  ofSessions.set(session, own);
  return own;
}
