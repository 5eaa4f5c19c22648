import { isPromise } from "node:util/types";

/** What a value is, for a sentence: "undefined", "a string", "an array", "a promise". Never throws. */
export function nounFor(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (isPromise(value)) return "a promise";
  return isArray(value) ? "an array" : "an object";
}

/** What was given in the place of a number: another number as it is, a text in quotes, a noun for the rest. */
export function asGiven(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? `"${value.slice(0, LONGEST_TEXT)}"` : nounFor(value);
}

const LONGEST_TEXT = 60;

/** Never throws: asking a revoked proxy does. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
