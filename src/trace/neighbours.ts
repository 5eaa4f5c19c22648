/** So many that had a parent make one without it stand out. */
const ENOUGH = 3;

/** A host may make up names, one for each request. */
const MOST_KINDS = 1_000;

/** How many spans of one kind had a parent, of each kind until one after them had none. */
export class Neighbours {
  readonly #withParent = new Map<string, number>();

  add(kind: string): void {
    this.#set(kind, (this.#withParent.get(kind) ?? 0) + 1);
  }

  /**
   * Whether one without a parent is the first such, after enough that had one: those that come both ways are no wonder.
   * One before all others, as the program starts say, is no way yet.
   */
  isAlone(kind: string): boolean {
    const count = this.#withParent.get(kind) ?? 0;
    if (count > 0) this.#set(kind, -Infinity);
    return count >= ENOUGH;
  }

  #set(kind: string, count: number): void {
    if (this.#withParent.has(kind) || this.#withParent.size < MOST_KINDS) this.#withParent.set(kind, count);
  }
}
