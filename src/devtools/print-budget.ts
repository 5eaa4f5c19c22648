/** Traces printed in full each second, at most: a person reads no more, and a load test sends thousands. */
export const TRACES_PER_SECOND = 4;
/** And so many at once after a pause, such as the first traces of a program that starts. */
export const BURST = 10;

/** How many traces may be printed in full now: a bucket that fills up at a steady pace. */
export class PrintBudget {
  #left = BURST;
  #filledAt: number;

  constructor(now: number) {
    this.#filledAt = now;
  }

  /** Takes one out of the bucket; false if it is empty. */
  spend(now: number): boolean {
    const filled = this.#left + ((now - this.#filledAt) / 1000) * TRACES_PER_SECOND;
    this.#left = Math.min(BURST, filled);
    this.#filledAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
