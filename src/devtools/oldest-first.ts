/**
 * Takes the oldest entry out of a map, again and again. It keeps one iterator for all of them: a new one walks
 * over the place of every entry deleted since V8 last rehashed, which makes evicting quadratic. So entries may
 * be deleted and added by others, but the map must not be cleared.
 */
export class OldestFirst<Key, Value> {
  readonly #map: Map<Key, Value>;
  #entries: Iterator<[Key, Value]>;

  constructor(map: Map<Key, Value>) {
    this.#map = map;
    this.#entries = map.entries();
  }

  /** Deletes the oldest entry and returns it; undefined if there is none. */
  take(): [Key, Value] | undefined {
    let step = this.#entries.next();
    if (step.done === true) {
      // An iterator that came to the end stays there, whatever is added.
      this.#entries = this.#map.entries();
      step = this.#entries.next();
    }
    if (step.done === true) return undefined;
    this.#map.delete(step.value[0]);
    return step.value;
  }
}
