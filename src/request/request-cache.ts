import { Flight } from "../concurrency/flight.ts";
import { currentContext } from "../context/current.ts";
import { requireFunction } from "../core/errors.ts";
import type { Cleanup } from "./cleanups.ts";

/** What one request has loaded: shared by all who ask within it, by nobody beside it, and gone with it. */
export class RequestCache {
  readonly #defer: (cleanup: Cleanup) => void;
  readonly #flights = new Map<unknown, Flight<unknown>>();
  #isClosed = false;

  constructor(defer: (cleanup: Cleanup) => void) {
    this.#defer = defer;
  }

  /**
   * What was loaded under this key, or what `load` gives now. All who ask meanwhile share one call. A failure is not
   * kept: whoever asks next loads again.
   *
   * @param key compared as a Map does
   * @param cleanup called with the value as the request ends, as by `defer`
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `load` is none; rejects with THR_LOADER_NEEDS_ITSELF
   */
  get<Value>(
    key: unknown,
    load: () => Value,
    cleanup?: (value: Awaited<Value>) => unknown,
  ): Promise<Awaited<Value>> {
    requireFunction(load, "requestCache().get(key, fn)");
    let flight = this.#flights.get(key);
    // Where it has failed, whoever asks next may have another way to load it.
    if (flight === undefined || flight.isOver()) {
      flight = new Flight(currentContext());
      this.#flights.set(key, flight);
      flight.begin(() => this.#load(key, load, cleanup));
    }
    return flight.wait("a loader of requestCache()") as Promise<Awaited<Value>>;
  }

  async #load<Value>(
    key: unknown,
    load: () => Value,
    cleanup: ((value: Awaited<Value>) => unknown) | undefined,
  ): Promise<Awaited<Value>> {
    try {
      const value = await load();
      if (cleanup !== undefined) this.#defer(() => cleanup(value));
      return value;
    } finally {
      if (this.#isClosed) this.#flights.delete(key);
    }
  }

  /** From now on it is loaded anew; cleanups that it has been given stay. */
  delete(key: unknown): void {
    this.#flights.delete(key);
  }

  /** Keeps nothing from now on: whoever still asks shares what is being loaded, and nothing that was. */
  close(): void {
    this.#isClosed = true;
    this.#flights.clear();
  }
}
