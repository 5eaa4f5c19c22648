/** A trace without a new span for so long counts as whole, in ms. */
export const QUIET_AFTER = 700;
/** A trace that is never quiet is shown after so long all the same, in ms. */
export const PATIENCE = 5_000;

/** Which traces have been quiet long enough to be shown. */
export class QuietTraces {
  readonly #waiting = new Map<string, { readonly since: number; latest: number }>();

  /** Spans of a trace arrived. */
  touch(traceId: string, now: number): void {
    const trace = this.#waiting.get(traceId);
    if (trace === undefined) this.#waiting.set(traceId, { since: now, latest: now });
    else trace.latest = now;
  }

  /** The traces that are due; they are not waited for any more. */
  take(now: number): string[] {
    const due: string[] = [];
    for (const [traceId, { since, latest }] of this.#waiting) {
      if (now - latest >= QUIET_AFTER || now - since >= PATIENCE) due.push(traceId);
    }
    for (const traceId of due) this.#waiting.delete(traceId);
    return due;
  }

  /** All traces, due or not. */
  takeAll(): string[] {
    const all = [...this.#waiting.keys()];
    this.#waiting.clear();
    return all;
  }
}
