import { performance } from "node:perf_hooks";
import type { Context } from "../context/context.ts";
import { currentContext, runIn } from "../context/current.ts";
import { ThroughlineError } from "../core/errors.ts";
import { onAbort } from "./abort-signals.ts";
import { Loading } from "./loading.ts";

interface Landed<Value> {
  readonly value: Value;
  readonly at: number;
}

/** One call of a loader, and those who wait for it: of whoever has given up it keeps nothing. */
export class Flight<Value> {
  readonly #abort = new AbortController();
  readonly #loading = new Loading();
  readonly #waiting = new Set<(loading: Promise<Value>) => void>();
  /** The loader's own. */
  readonly #context: Context;
  #state: "flying" | "lost" | Landed<Value> = "flying";

  /** @param context that of the loader, but for that it is one */
  constructor(context: Context) {
    this.#context = context.setValue(LOADING, this.#loading);
  }

  /** Called once; the flight is known by then to whoever asks, for `load` may be the first. */
  begin(load: (signal: AbortSignal) => Promise<Value>): void {
    runIn(this.#context, () => {
      const loading = load(this.#abort.signal);
      loading.then(
        (value) => this.#end({ value, at: performance.now() }, loading),
        () => this.#end("lost", loading),
      );
    });
  }

  /** Whether whoever asks now begins another. */
  isOver(maxAge: number = Infinity): boolean {
    if (typeof this.#state === "string") return this.#state === "lost";
    return performance.now() - this.#state.at >= maxAge;
  }

  /**
   * What is loaded.
   *
   * @param name that of the loader
   * @param signal aborted by whoever asks, to give up; once all have, the loader's own is
   * @throws ThroughlineError rejects with THR_LOADER_NEEDS_ITSELF
   */
  async wait(name: string, signal?: AbortSignal): Promise<Value> {
    if (typeof this.#state === "object") return this.#state.value;
    const around = currentContext().getValue(LOADING) as Loading | undefined;
    if (around !== undefined && this.#loading.needs(around))
      throw new ThroughlineError("THR_LOADER_NEEDS_ITSELF", name);
    const offLoading = around?.waitFor(this.#loading);
    try {
      return await this.#landing(signal);
    } finally {
      offLoading?.();
    }
  }

  #landing(signal: AbortSignal | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const tell = (loading: Promise<Value>): void => {
        offSignal();
        resolve(loading);
      };
      this.#waiting.add(tell);
      const offSignal = onAbort(signal, (reason) => {
        this.#waiting.delete(tell);
        reject(reason);
        if (this.#waiting.size === 0) this.#giveUp(reason);
      });
    });
  }

  #giveUp(reason: unknown): void {
    this.#state = "lost";
    // By whichever of them: what listens is the loader's.
    runIn(this.#context, () => this.#abort.abort(reason));
  }

  #end(state: "lost" | Landed<Value>, loading: Promise<Value>): void {
    if (this.#state === "flying") this.#state = state;
    this.#loading.end();
    for (const tell of this.#waiting) tell(loading);
    this.#waiting.clear();
  }
}

/** Under which a loader's context has what it is loading. */
const LOADING = Symbol("loading");
