/** One at a time, in the order in which they ask; each in the context in which it asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  take<Result>(fn: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(fn);
    this.#last = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  /** Once nobody has a turn, or waits for one. */
  async over(): Promise<void> {
    for (let last; last !== this.#last;) await (last = this.#last);
  }
}
