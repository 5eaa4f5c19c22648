/** First in, first out, for one who takes what has gathered: two arrays in turn, and none is ever shifted. */
export class Fifo<Item> {
  #incoming: Item[] = [];
  #outgoing: (Item | undefined)[] = [];
  #next = 0;

  push(item: Item): void {
    this.#incoming.push(item);
  }

  /** The first one; undefined when there is none. */
  shift(): Item | undefined {
    if (this.#next === this.#outgoing.length) {
      if (this.#incoming.length === 0) return undefined;
      this.#outgoing = this.#incoming;
      this.#incoming = [];
      this.#next = 0;
    }
    const item = this.#outgoing[this.#next];
    // What has been taken is not ours to keep.
    this.#outgoing[this.#next++] = undefined;
    if (this.#next === this.#outgoing.length) this.#release();
    return item;
  }

  /** The first `most` of them. */
  take(most: number): Item[] {
    const items: Item[] = [];
    while (items.length < most) {
      const item = this.shift();
      if (item === undefined) break;
      items.push(item);
    }
    return items;
  }

  /** After a burst nothing of its size stays. */
  #release(): void {
    this.#outgoing = [];
    this.#next = 0;
  }
}
