/** Something took longer than `withTimeout(ms, fn)` allows. */
export class TimeoutError extends Error {
  /** As the platform's own is called, of AbortSignal.timeout(). */
  override readonly name: string = "TimeoutError";
  /** What was allowed. */
  readonly ms: number;

  constructor(ms: number) {
    super(`took longer than the ${ms} ms that it may take`);
    this.ms = ms;
  }
}
