import { clearInterval, setInterval } from "node:timers";
import { runSuppressed } from "../context/suppression.ts";

/** How often it is looked whether the worker has said anything, in ms. */
const INTERVAL = 10_000;

/**
 * Watches for a worker that says nothing while somebody waits: one that hangs, or that knows nothing of recorders. It is
 * found silent two intervals after its last sign at the least: the third look without one is the first that says so.
 */
export class SilenceWatch {
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #silent = 0;

  constructor(interval: number = INTERVAL) {
    this.#interval = interval;
  }

  begin(giveUp: () => void): void {
    this.end();
    this.#silent = 0;
    const look = (): void => {
      if (++this.#silent < 3) return;
      this.end();
      giveUp();
    };
    this.#timer = runSuppressed(() => setInterval(look, this.#interval));
    // The worker keeps the process alive meanwhile, or nothing does.
    this.#timer.unref();
  }

  heard(): void {
    this.#silent = 0;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
