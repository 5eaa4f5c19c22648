/** Something took longer than `withTimeout(ms, fn)` allows, or than a lifecycle gives each of its resources. */
export class TimeoutError extends Error {
  /** As the platform's own is called, of AbortSignal.timeout(). */
  override readonly name: string = "TimeoutError";
  /** What was allowed. */
  readonly ms: number;

  /** @param subject what took so long, where that has a name */
  constructor(ms: number, subject?: string) {
    const beginning = subject === undefined ? "" : `${subject} `;
    super(`${beginning}took longer than the ${ms} ms that it may take`);
    this.ms = ms;
  }
}
