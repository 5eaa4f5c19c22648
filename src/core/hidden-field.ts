/** Something of ours that an object of others carries, unseen by them, for as long as it lives. */
export interface HiddenField<Value> {
  /** Of what is no object there is none. */
  readonly get: (owner: unknown) => Value | undefined;
  readonly set: (owner: object, value: Value) => void;
}

/** A class whose instance is the object that it is given. */
const Given = function (owner: object): object {
  return owner;
} as unknown as new (owner: object) => object;

/**
 * HOT. What a WeakMap does, by a private field of the object itself: to set one on a new object takes a WeakMap nearly
 * 1 µs, most of it the garbage collector's, and this next to nothing. Objects that take no field are kept in a WeakMap.
 */
export function hiddenField<Value>(): HiddenField<Value> {
  let others: WeakMap<object, Value> | undefined;
  return class Owner extends Given {
    #value: Value;

    constructor(owner: object, value: Value) {
      super(owner);
      this.#value = value;
    }

    static get(owner: unknown): Value | undefined {
      if ((typeof owner !== "object" && typeof owner !== "function") || owner === null) return undefined;
      return #value in owner ? owner.#value : others?.get(owner);
    }

    static set(owner: object, value: Value): void {
      if (#value in owner) {
        owner.#value = value;
        return;
      }
      try {
        void new Owner(owner, value);
      } catch {
        (others ??= new WeakMap<object, Value>()).set(owner, value);
      }
    }
  };
}
