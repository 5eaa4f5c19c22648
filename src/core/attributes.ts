import type { AttributeValue } from "@opentelemetry/api";
import { describe, report } from "./diagnostics.ts";

/** Attributes a span, an event or a link keeps; more are dropped and counted.  (Specification: Attribute Limits) */
const ATTRIBUTE_COUNT_LIMIT = 128;

/** Attributes in the order they were set, flat: key, value, key, value … (half the memory of an object). */
export type AttributeList = AttributeValue[];

/**
 * Sets one attribute in a list: a known key is overwritten, an invalid one is reported and left out, null and
 * undefined mean nothing. Returns how many were dropped because the list is full: 0 or 1.
 */
export function setAttribute(list: AttributeList, key: string, value: unknown): 0 | 1 {
  if (value === undefined || value === null) return 0;
  if (typeof key !== "string" || key === "" || !isAttributeValue(value)) {
    report(
      "invalid_attribute",
      `attribute ${describe(key)} was left out: values are strings, numbers, booleans or arrays of one of them`,
    );
    return 0;
  }
  const owned = Array.isArray(value) ? (value.slice() as AttributeValue) : value;
  for (let index = 0; index < list.length; index += 2) {
    if (list[index] === key) {
      list[index + 1] = owned;
      return 0;
    }
  }
  if (list.length >= 2 * ATTRIBUTE_COUNT_LIMIT) return 1;
  list.push(key, owned);
  return 0;
}

/** Sets each own enumerable attribute of an object; returns how many were dropped. Never throws: a getter may. */
export function setAttributes(list: AttributeList, attributes: unknown): number {
  if (attributes === undefined || attributes === null) return 0;
  if (typeof attributes !== "object") {
    report(
      "invalid_attribute",
      `attributes were given as a ${typeof attributes}; they are an object of keys and values`,
    );
    return 0;
  }
  let dropped = 0;
  try {
    // A list's keys are positions, and mean nothing.
    if (Array.isArray(attributes)) throw new TypeError("they are a list");
    for (const key of Object.keys(attributes)) dropped += setAttributeOf(list, attributes, key);
  } catch (thrown) {
    report("invalid_attribute", `attributes could not be read (${describe(thrown)})`);
  }
  return dropped;
}

function setAttributeOf(list: AttributeList, attributes: object, key: string): 0 | 1 {
  try {
    return setAttribute(list, key, (attributes as Record<string, unknown>)[key]);
  } catch (thrown) {
    report("invalid_attribute", `attribute ${key} was left out: reading it threw ${describe(thrown)}`);
    return 0;
  }
}

/** A string, number, boolean, or an array of one of these, null allowed within.  (Specification: Attribute) */
export function isAttributeValue(value: unknown): value is AttributeValue {
  if (isPrimitive(value)) return true;
  if (!Array.isArray(value)) return false;
  let kind: string | undefined;
  for (const element of value as unknown[]) {
    if (element === null || element === undefined) continue;
    if (!isPrimitive(element)) return false;
    kind ??= typeof element;
    if (typeof element !== kind) return false;
  }
  return true;
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
