import { setImmediate } from "node:timers";
import { type Deadline, deadlineIn, endsBy, halfOf } from "../core/deadline.ts";
import { describe, report } from "../core/diagnostics.ts";

/** Something to do as a request ends; what it returns is awaited. */
export type Cleanup = () => unknown;

/** So many cleanups are called before others have their turn. */
const TURN = 100;

/** For all cleanups of one request together, in ms. */
const BUDGET = 5_000;

/** What is to be done as something ends: last first, each awaited, none able to keep another from its turn. */
export class Cleanups {
  readonly #budget: number;
  readonly #waiting: Cleanup[] = [];
  #running: Promise<void> | undefined;
  #isOver = false;

  constructor(budget: number = BUDGET) {
    this.#budget = budget;
  }

  /** What comes after the end is done soon: whoever gives it is still at work with what it cleans up. */
  add(cleanup: Cleanup): void {
    if (this.#isOver) setImmediate(() => void this.#one(cleanup, deadlineIn(this.#budget)));
    else this.#waiting.push(cleanup);
  }

  /** Never rejects; calls join. What one of them adds meanwhile is the next. */
  run(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  async #run(): Promise<void> {
    const deadline = deadlineIn(this.#budget);
    for (let done = 1; this.#waiting.length > 0 && deadline.left() > 0; done++) {
      const next = this.#waiting.pop();
      // One that hangs must leave time to the others.
      if (next !== undefined) await this.#one(next, this.#waiting.length > 0 ? halfOf(deadline) : deadline);
      // One that adds another each time must leave the event loop its turn.
      if (done % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isOver = true;
    for (const late of this.#waiting.splice(0).toReversed()) void this.#one(late, deadline);
  }

  async #one(cleanup: Cleanup, deadline: Deadline): Promise<void> {
    try {
      const work = Promise.resolve(cleanup());
      if (await endsBy(deadline, work)) return;
      reportCleanup(`has not ended in time, and is waited for no longer: all have ${this.#budget} ms`);
      work.catch(reportThrown);
    } catch (thrown) {
      reportThrown(thrown);
    }
  }
}

function reportThrown(thrown: unknown): void {
  reportCleanup(`failed (${describe(thrown)})`);
}

function reportCleanup(what: string): void {
  report(
    "cleanup_failed",
    `a cleanup that a request was given with defer() ${what}; the others have their turn`,
  );
}
