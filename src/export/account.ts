/** Why an item never reached the collector. */
export type DropReason = "encoding" | "exporter_failed" | "queue_full" | "shutdown" | "too_large";

/** The account of one signal: made = delivered + rejected + the sum of dropped + pending, at any moment. */
export interface SignalReport {
  /** Items handed to the exporter: ended sampled spans, log records, or collected metric data points. */
  readonly made: number;
  /** Accepted by the collector. */
  readonly delivered: number;
  /** Refused by the collector for good. */
  readonly rejected: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Still here: waiting or on the way. */
  readonly pending: number;
}

/** Counts what becomes of every item of one signal. */
export class Account {
  #made = 0;
  #delivered = 0;
  #rejected = 0;
  #lost = 0;
  readonly #dropped: Record<DropReason, number> = {
    encoding: 0,
    exporter_failed: 0,
    queue_full: 0,
    shutdown: 0,
    too_large: 0,
  };

  make(items: number): void {
    this.#made += items;
  }

  deliver(items: number): void {
    this.#delivered += items;
  }

  reject(items: number): void {
    this.#rejected += items;
  }

  drop(items: number, reason: DropReason): void {
    this.#dropped[reason] += items;
    this.#lost += items;
  }

  /** Items that are neither delivered nor rejected nor dropped yet. */
  get pending(): number {
    return this.#made - this.#delivered - this.#rejected - this.#lost;
  }

  report(): SignalReport {
    return {
      made: this.#made,
      delivered: this.#delivered,
      rejected: this.#rejected,
      dropped: { ...this.#dropped },
      pending: this.pending,
    };
  }
}
