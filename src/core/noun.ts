import { isPromise } from "node:util/types";

/** What a value is, for a sentence: "undefined", "a string", "an array", "a promise". Never throws. */
export function nounFor(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (isPromise(value)) return "a promise";
  return isArray(value) ? "an array" : "an object";
}

/** Never throws: asking a revoked proxy does. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
