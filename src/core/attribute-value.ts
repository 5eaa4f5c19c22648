import { describe } from "./diagnostics.ts";
import type { AttributeLimits } from "./limits.ts";

/**
 * A value as the specification has them: text, number, boolean, bytes, null within others, and arrays and maps of
 * values.  (Specification: AnyValue)
 */
export type AnyValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (AnyValue | undefined)[]
  | { readonly [key: string]: AnyValue };

/** What each element of an array or map costs of the size of a value, beside its text or bytes. */
const ELEMENT_SIZE = 8;

/**
 * A value of one's own: copied where its owner could change it, cut to the limits. Undefined for what is none: a date,
 * a function, a class's instance. Within an array or map such a one becomes an empty value, as does what lies too deep.
 * Where the limits have a `standIn`, what that says stands in its place, and in that of what throws as it is read.
 */
export function ownValue(value: unknown, limits: AttributeLimits): AnyValue | undefined {
  if (typeof value === "string") return cut(value, limits);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (limits.standIn !== undefined) return new Copy(limits).of(value, 1) ?? undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (!isContainer(value)) return undefined;
  return new Copy(limits).of(value, 1);
}

/** Whether `ownValue` makes something of it, as far as can be said without a look into it. */
export function mayBeValue(value: unknown, { standIn }: AttributeLimits): boolean {
  if (isScalar(value)) return true;
  if (standIn !== undefined) return typeof value !== "function";
  return typeof value === "object" && value !== null && isContainer(value);
}

/** HOT. */
function cut(text: string, { valueLength, valueSize }: AttributeLimits): string {
  return text.length <= valueLength && text.length <= valueSize
    ? text
    : cutText(text, Math.min(valueLength, valueSize));
}

/** The beginning of a text, at most so many UTF-16 units, and no half of a surrogate pair at its end. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, isHighSurrogate(last) ? length - 1 : length);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** One copy in the making; its size is spent as it goes. A value within itself becomes an empty one. */
class Copy {
  readonly #limits: AttributeLimits;
  /** The containers that the walk is in. */
  readonly #within: object[] = [];
  #left: number;

  constructor(limits: AttributeLimits) {
    this.#limits = limits;
    this.#left = limits.valueSize;
  }

  of(value: unknown, depth: number): AnyValue {
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (value === undefined || value === null) return null;
    return typeof value === "object" && isContainer(value)
      ? this.#container(value, depth)
      : this.#standIn(value, depth);
  }

  #container(value: object, depth: number): AnyValue {
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (depth > this.#limits.valueDepth || this.#within.includes(value)) return null;
    this.#within.push(value);
    const copy = Array.isArray(value) ? this.#array(value, depth) : this.#map(value, depth);
    this.#within.pop();
    return copy;
  }

  /** One that is no value itself, or a stand-in of a stand-in, is none: they might never end. */
  #standIn(value: unknown, depth: number): AnyValue {
    const { standIn, valueDepth } = this.#limits;
    if (standIn === undefined || depth > valueDepth) return null;
    const other = standIn(value);
    if (typeof other !== "object") return isScalar(other) ? this.of(other, depth) : null;
    return other !== null && (other === value || isContainer(other)) ? this.#container(other, depth) : null;
  }

  /** One of a container's. */
  #member(holder: object, key: string | number, depth: number): AnyValue {
    const { standIn } = this.#limits;
    if (standIn === undefined) return this.of((holder as Members)[key], depth + 1);
    const within = this.#within.length;
    try {
      return this.of((holder as Members)[key], depth + 1);
    } catch (thrown) {
      this.#within.length = within;
      return this.of(describe(thrown), depth + 1);
    }
  }

  #text(text: string): string {
    const kept = cutText(text, Math.min(this.#limits.valueLength, this.#left));
    this.#left -= kept.length;
    return kept;
  }

  #bytes(bytes: Uint8Array): Uint8Array {
    const kept = Uint8Array.prototype.slice.call(bytes, 0, Math.min(this.#limits.valueLength, this.#left));
    this.#left -= kept.length;
    return kept;
  }

  #array(elements: readonly unknown[], depth: number): AnyValue {
    const copy: AnyValue[] = [];
    for (let index = 0; index < elements.length && this.#spend(ELEMENT_SIZE); index++) {
      copy.push(this.#member(elements, index, depth));
    }
    return copy;
  }

  #map(map: object, depth: number): AnyValue {
    const copy: Record<string, AnyValue> = {};
    // Not Object.keys, which asks a proxy about each of its keys before the first is read.
    for (const key in map) {
      if (!Object.hasOwn(map, key)) continue;
      if (!this.#spend(ELEMENT_SIZE + key.length)) break;
      define(copy, key, this.#member(map, key, depth));
    }
    return copy;
  }

  #spend(size: number): boolean {
    if (this.#left < size) return false;
    this.#left -= size;
    return true;
  }
}

type Members = Readonly<Record<string | number, unknown>>;

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Sets an own property of any name: "__proto__" is one like the others. */
export function define<Value>(object: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

function isContainer(value: object): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object literal of any realm, or one without a prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
