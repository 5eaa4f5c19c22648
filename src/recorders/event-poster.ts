import type { ThroughlineError } from "../core/errors.ts";
import { Fifo } from "./fifo.ts";
import type { EventIntake, WaitingEvent } from "./event-intake.ts";
import type { Outcome } from "./recorder-result.ts";

/** So many events go to the worker at once: a part of what can be copied in a slice. */
const BATCH = 250;

/** Posts what an intake has accepted, in batches, and keeps it until it is answered. */
export class EventPoster {
  readonly #intake: EventIntake;
  readonly #post: (events: readonly object[]) => void;
  readonly #notCloned: () => ThroughlineError;
  /** Taken out of the intake, and not yet posted. */
  #batch: WaitingEvent[] = [];
  #batchSize = BATCH;
  readonly #posted = new Fifo<WaitingEvent>();
  #unanswered = 0;

  /** @param post throws where an event cannot be copied */
  constructor(
    intake: EventIntake,
    post: (events: readonly object[]) => void,
    notCloned: () => ThroughlineError,
  ) {
    this.#intake = intake;
    this.#post = post;
    this.#notCloned = notCloned;
  }

  get hasUnanswered(): boolean {
    return this.#unanswered > 0;
  }

  /** False when there is nothing to post. One event that cannot be copied fails its batch: smaller ones find it. */
  postBatch(): boolean {
    if (this.#batch.length === 0) this.#batch = this.#intake.take(BATCH);
    if (this.#batch.length === 0) return false;
    const part = this.#batch.slice(0, this.#batchSize);
    try {
      this.#post(part.map(({ event }) => event));
      this.#keepPosted(part);
    } catch (cause) {
      if (part.length > 1) this.#batchSize = Math.ceil(part.length / 2);
      else this.#failFirst(cause);
    }
    return true;
  }

  /** For the event that was posted first of those without an answer. */
  answer(outcome: Outcome): void {
    const waiting = this.#posted.shift();
    if (waiting === undefined) return;
    this.#unanswered--;
    this.#intake.answer(waiting, outcome);
  }

  /** For one after the other, posted or not; false when there is none left. */
  giveUpOne(error: ThroughlineError): boolean {
    const posted = this.#posted.shift();
    if (posted !== undefined) this.#unanswered--;
    const waiting = posted ?? this.#batch.shift() ?? this.#intake.next();
    if (waiting !== undefined) this.#intake.answer(waiting, error);
    return waiting !== undefined;
  }

  #keepPosted(part: readonly WaitingEvent[]): void {
    this.#batch.splice(0, part.length);
    this.#batchSize = Math.min(BATCH, this.#batchSize * 2);
    for (const waiting of part) this.#posted.push(waiting);
    this.#unanswered += part.length;
  }

  #failFirst(cause: unknown): void {
    const error = this.#notCloned();
    error.cause = cause;
    const first = this.#batch.shift();
    if (first !== undefined) this.#intake.answer(first, error);
  }
}
