import { report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** Groups that somebody has given by name: in a plain object, or in a container's object of all that it makes. */
export class GivenGroups {
  readonly #source: object;
  readonly #outer: GivenGroups | undefined;
  /** Each is asked for once: a container may make another at each look. */
  readonly #known = new Map<string, object | undefined>();

  /** What `source` has not is `outer`'s. */
  constructor(source: object, outer?: GivenGroups) {
    this.#source = source;
    this.#outer = outer;
  }

  /** Undefined where nobody has given one. Throws what a container throws. */
  get(name: string): object | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#read(name));
    return this.#known.get(name) ?? this.#outer?.get(name);
  }

  #read(name: string): object | undefined {
    const group: unknown = has(this.#source, name)
      ? (this.#source as Record<string, unknown>)[name]
      : undefined;
    if (typeof group === "object" && group !== null) return group;
    if (group !== undefined)
      report("invalid_argument", `metric group "${name}" was given ${nounFor(group)}; it is an object`);
    return undefined;
  }
}

/** Asked both ways: a container's proxy may know its names by their descriptors alone, and throw where it is asked for another. */
function has(source: object, name: string): boolean {
  return isMember(source, name) || Object.getOwnPropertyDescriptor(source, name) !== undefined;
}

/** What every object has by its birth, such as `toString`, is no member. */
export function isMember(holder: object, key: PropertyKey): boolean {
  return key in holder && (!(key in Object.prototype) || Object.hasOwn(holder, key));
}
