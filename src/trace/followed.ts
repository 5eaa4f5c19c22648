/** Someone who is told how something came to its end. */
export interface Follower {
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

/** What gives its values one by one, while it does: it is followed once, however often a function returns it. */
export class Followed {
  readonly #followers: Follower[] = [];
  #isOver = false;

  add(follower: Follower): void {
    if (this.#isOver) follower.done();
    else this.#followers.push(follower);
  }

  /** Told once. */
  end(tell: (follower: Follower) => void): void {
    this.#isOver = true;
    this.#followers.splice(0).forEach(tell);
  }
}

const all = new WeakMap<object, Followed>();

/** Has `follow` called with what is told of its end, unless it is followed already. */
export function followOnce<Value extends object>(
  value: Value,
  follower: Follower,
  follow: (value: Value, followed: Followed) => void,
): Value {
  const known = all.get(value);
  const followed = known ?? new Followed();
  followed.add(follower);
  if (known !== undefined) return value;
  all.set(value, followed);
  try {
    follow(value, followed);
  } catch {
    // It takes nothing: how it ends cannot be known.
    followed.end(({ done }) => done());
  }
  return value;
}

/** A property of its own that nobody sees; throws where it takes none. */
export function define(owner: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: false });
}
