import { report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** Groups that somebody has given by name: in a plain object, or in a container's object of all that it makes. */
export class GivenGroups {
  /** The last first; of each that is asked for again, the group by name: a container may make another at each look. */
  readonly #sources: readonly Source[];

  /** What `source` has not is of those before it. */
  constructor(source: object, outer?: GivenGroups) {
    const others = outer === undefined ? [] : outer.#sources.slice(0, MOST_SOURCES - 1);
    this.#sources = [new Source(source), ...others];
  }

  /** Undefined where nobody has given one. Throws what a container throws. */
  get(name: string): object | undefined {
    for (const source of this.#sources) {
      const group = source.get(name);
      if (group !== undefined) return group;
    }
    return undefined;
  }
}

/** One who gives again and again within one scope does not mean what was given so long ago. */
const MOST_SOURCES = 64;

class Source {
  readonly #source: object;
  readonly #known = new Map<string, object | undefined>();

  constructor(source: object) {
    this.#source = source;
  }

  get(name: string): object | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#read(name));
    return this.#known.get(name);
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
