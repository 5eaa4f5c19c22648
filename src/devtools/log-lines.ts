/** Log records printed each second, at most: a load test sends thousands. */
export const LOGS_PER_SECOND = 100;
const SECOND = 1_000;

/** Lines that wait to be printed, so many each second; the rest is counted. */
export class LogLines {
  #lines: string[] = [];
  #left = LOGS_PER_SECOND;
  #omitted = 0;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** `draw` is asked only where the line is printed. */
  add(draw: () => string): void {
    if (this.#left === 0) {
      this.#omitted++;
      return;
    }
    this.#left--;
    this.#lines.push(draw());
  }

  /** What is to be printed now, and after each second how many were left out; empty where there is nothing. */
  take(now: number): string {
    if (now - this.#since >= SECOND) {
      this.#since = now;
      return this.takeAll();
    }
    return this.#lines.splice(0).join("\n");
  }

  /** All that waits, due or not. */
  takeAll(): string {
    const omitted = this.#omitted > 0 ? [`+ ${this.#omitted} more log records`] : [];
    this.#omitted = 0;
    this.#left = LOGS_PER_SECOND;
    return [...this.#lines.splice(0), ...omitted].join("\n");
  }
}
