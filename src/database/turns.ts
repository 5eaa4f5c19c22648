import { ABORTED, unlessAborted } from "../concurrency/abort-signals.ts";

/** One at a time, in the order in which they ask; each in the context in which it asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Rejects as the signal is aborted before its turn; `fn` is called all the same, to leave what it has. */
  async take<Result>(fn: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const before = unlessAborted(signal, this.#last);
    const turn = this.#last.then(fn);
    this.#last = turn.then(nothing, nothing);
    if ((await before) === ABORTED) throw signal?.reason;
    return await turn;
  }

  /** Once nobody has a turn, or waits for one. */
  async over(): Promise<void> {
    for (let last; last !== this.#last;) await (last = this.#last);
  }
}

function nothing(): void {}

/** Of each session that somebody has been given. */
const ofSessions = new WeakMap<object, Turns>();

export function turnsOf(session: object): Turns {
  const known = ofSessions.get(session);
  if (known !== undefined) return known;
  const own = new Turns();
  ofSessions.set(session, own);
  return own;
}
