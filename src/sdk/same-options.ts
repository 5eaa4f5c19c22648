import type { StartOptions } from "./options.ts";

/** Options as they are now, for their owner may change them; none where they cannot be read. */
export function copyOfOptions(options: StartOptions): StartOptions {
  try {
    return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, copyOf(value)]));
  } catch {
    return {};
  }
}

function copyOf(value: unknown): unknown {
  if (!isHolder(value)) return value;
  return Array.isArray(value) ? value.slice() : { ...value };
}

/** Whether both say the same: lists and plain objects by what they hold, parts, such as a sampler, by identity. */
export function areSameOptions(one: StartOptions, other: StartOptions): boolean {
  return haveSame(copyOfOptions(one), copyOfOptions(other), isSame);
}

function isSame(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || (isHolder(one) && isHolder(other) && haveSame(one, other, Object.is));
}

function haveSame(one: object, other: object, isEqual: (a: unknown, b: unknown) => boolean): boolean {
  const entries = Object.entries(one);
  return (
    entries.length === Object.keys(other).length &&
    entries.every(([key, value]) => key in other && isEqual(value, (other as Record<string, unknown>)[key]))
  );
}

function isHolder(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
