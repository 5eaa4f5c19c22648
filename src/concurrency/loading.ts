/** What is being loaded, and for what else its loader waits: so one that would wait for itself is known before it does. */
export class Loading {
  readonly #waitsFor: Loading[] = [];
  #isOver = false;

  /** Whether this cannot end before the other does. */
  needs(other: Loading): boolean {
    const seen = new Set<Loading>([this]);
    for (const one of seen) {
      if (one.#isOver) continue;
      if (one === other) return true;
      for (const next of one.#waitsFor) seen.add(next);
    }
    return false;
  }

  /** @returns says that it waits no more */
  waitFor(other: Loading): () => void {
    this.#waitsFor.push(other);
    return () => void this.#waitsFor.splice(this.#waitsFor.indexOf(other), 1);
  }

  /** What is left of its loader waits at its own risk. */
  end(): void {
    this.#isOver = true;
  }
}
