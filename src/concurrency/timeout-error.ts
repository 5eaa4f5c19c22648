/** Something took longer than `withTimeout(ms, fn)` allows, or than a lifecycle gives each of its resources. */
export class TimeoutError extends Error {
  /** As the platform's own is called, of AbortSignal.timeout(). */
  override readonly name: string = "TimeoutError";
  /** What was allowed. */
  readonly ms: number;

  /** @param subject what took so long, or an empty text */
  constructor(ms: number, subject: string) {
    super(`${subject} took longer than the ${ms} ms that it may take`.trimStart());
    this.ms = ms;
  }
}
