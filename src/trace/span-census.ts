/** Whether a span had a parent, and where that was. */
export type ParentOrigin = "none" | "local" | "remote";

/** What its sampler had decided.  (Semantic conventions: otel.span.sampling_result) */
export type SamplingOutcome = "DROP" | "RECORD_ONLY" | "RECORD_AND_SAMPLE";

/** How many spans were started and are open, for the metrics of the SDK about itself. */
export class SpanCensus {
  readonly #started = new Map<ParentOrigin, Map<SamplingOutcome, number>>();
  readonly #live = new Map<SamplingOutcome, number>();

  start(origin: ParentOrigin, outcome: SamplingOutcome): void {
    const started = this.#started.get(origin) ?? new Map<SamplingOutcome, number>();
    this.#started.set(origin, started.set(outcome, (started.get(outcome) ?? 0) + 1));
    if (outcome !== "DROP") this.#count(outcome, 1);
  }

  end(isSampled: boolean): void {
    this.#count(isSampled ? "RECORD_AND_SAMPLE" : "RECORD_ONLY", -1);
  }

  started(tell: (count: number, origin: ParentOrigin, outcome: SamplingOutcome) => void): void {
    for (const [origin, outcomes] of this.#started)
      for (const [outcome, count] of outcomes) tell(count, origin, outcome);
  }

  live(tell: (count: number, outcome: SamplingOutcome) => void): void {
    for (const [outcome, count] of this.#live) tell(count, outcome);
  }

  #count(outcome: SamplingOutcome, change: 1 | -1): void {
    this.#live.set(outcome, (this.#live.get(outcome) ?? 0) + change);
  }
}
