import { sharedLoad } from "../concurrency/shared-load.ts";
import { requireFunction } from "../core/errors.ts";
import type { Cleanup } from "./cleanups.ts";

/** What one request has loaded: shared by all who ask within it, by nobody beside it, and gone with it. */
export class RequestCache {
  readonly #defer: (cleanup: Cleanup) => void;
  #entries: Map<unknown, () => Promise<unknown>> | undefined = new Map();

  constructor(defer: (cleanup: Cleanup) => void) {
    this.#defer = defer;
  }

  /**
   * What was loaded under this key, or what `load` gives now. All who ask meanwhile share one call. A failure is not
   * kept: whoever asks next loads again.
   *
   * @param key compared as a Map does
   * @param cleanup called with the value as the request ends, as by `defer`
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `load` is none
   */
  get<Value>(
    key: unknown,
    load: () => Value,
    cleanup?: (value: Awaited<Value>) => unknown,
  ): Promise<Awaited<Value>> {
    requireFunction(load, "requestCache().get(key, fn)");
    const known = this.#entries?.get(key) as (() => Promise<Awaited<Value>>) | undefined;
    if (known !== undefined) return known();
    const entry = sharedLoad(async (): Promise<Awaited<Value>> => {
      const value = await load();
      if (cleanup !== undefined) this.#defer(() => cleanup(value));
      return value;
    });
    this.#entries?.set(key, entry);
    // Whoever asks next may have another way to load it.
    entry().catch(() => {
      if (this.#entries?.get(key) === entry) this.#entries.delete(key);
    });
    return entry();
  }

  /** From now on it is loaded anew; cleanups that it has been given stay. */
  delete(key: unknown): void {
    this.#entries?.delete(key);
  }

  /** Keeps nothing from now on: whoever still asks loads for itself. */
  close(): void {
    this.#entries = undefined;
  }
}
