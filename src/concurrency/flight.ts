import { performance } from "node:perf_hooks";
import { onAbort } from "./abort-signals.ts";

/** Someone who waits for a value. */
interface Waiter<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

/** One call of a loader, and those who wait for it: of whoever has given up it keeps nothing. */
export class Flight<Value> {
  readonly #abort = new AbortController();
  readonly #waiting = new Set<Waiter<Value>>();
  #landed: { readonly value: Value; readonly at: number } | undefined;
  #isLost = false;

  /** Called once, in the loader's own context: who waits is held by none of this longer than that. */
  follow(loading: Promise<Value>): void {
    loading.then(
      (value) => {
        this.#landed = { value, at: performance.now() };
        this.#leave((waiter) => waiter.resolve(value));
      },
      (reason: unknown) => {
        this.#isLost = true;
        this.#leave((waiter) => waiter.reject(reason));
      },
    );
  }

  /** Aborted once all who wait have given up. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isFlying(): boolean {
    return this.#landed === undefined && !this.#isLost;
  }

  /** Whether whoever asks now begins another. */
  isOver(maxAge: number = Infinity): boolean {
    if (this.#isLost || this.#landed === undefined) return this.#isLost;
    return performance.now() - this.#landed.at >= maxAge;
  }

  wait(signal?: AbortSignal): Promise<Value> {
    if (this.#landed !== undefined) return Promise.resolve(this.#landed.value);
    return new Promise((resolve, reject) => {
      const waiter: Waiter<Value> = {
        resolve: (value) => {
          offSignal();
          resolve(value);
        },
        reject: (reason) => {
          offSignal();
          reject(reason);
        },
      };
      this.#waiting.add(waiter);
      const offSignal = onAbort(signal, (reason) => {
        this.#waiting.delete(waiter);
        reject(reason);
        if (this.#waiting.size === 0) this.#giveUp(reason);
      });
    });
  }

  #leave(tell: (waiter: Waiter<Value>) => void): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    waiting.forEach(tell);
  }

  #giveUp(reason: unknown): void {
    this.#isLost = true;
    this.#abort.abort(reason);
  }
}
