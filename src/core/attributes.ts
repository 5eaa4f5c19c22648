import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { type AnyValue, define, mayBeValue, ownValue } from "./attribute-value.ts";
import { describe, report } from "./diagnostics.ts";
import type { AttributeLimits } from "./limits.ts";
import { nounFor } from "./noun.ts";

/** Attributes in the order they were set, flat: key, value, key, value … (half the memory of an object). */
export type AttributeList = AnyValue[];

/** Above so many attributes a key's place is looked up in a map; below, a walk along the list is faster. */
const INDEXED_FROM = 32;

/** Of one object so many are read at most once the set is full; the others are only counted. */
const MOST_READ = 10_000;

/** The attributes of a span, an event or a link, within limits.  (Specification: Attribute Collections, Attribute Limits) */
export class AttributeSet {
  readonly list: AttributeList = [];
  /** How many were left out because the set was full. */
  dropped = 0;
  readonly #limits: AttributeLimits;
  #places: Map<string, number> | undefined;

  constructor(limits: AttributeLimits) {
    this.#limits = limits;
  }

  /**
   * HOT. Sets one: a known key is overwritten, an invalid one is reported and left out, null and undefined mean nothing.
   * Never throws.
   */
  set(key: string, value: unknown): void {
    if (value === undefined || value === null) return;
    try {
      if (typeof key !== "string" || key === "") return reportInvalid(key);
      // Not even copied: that may take long.
      if (this.#isFull && this.#placeOf(key) < 0) return this.#drop(key, value);
      const own = ownValue(value, this.#limits);
      if (own === undefined) reportInvalid(key);
      else this.#put(key, own);
    } catch (thrown) {
      reportUnreadable(key, thrown);
    }
  }

  /** Sets each own enumerable one of an object. Never throws: a getter may. */
  setAll(attributes: unknown): void {
    if (attributes === undefined || attributes === null) return;
    try {
      // A list's keys are positions, and mean nothing.
      if (typeof attributes !== "object" || Array.isArray(attributes)) return reportNoObject(attributes);
      let read = 0;
      for (const key of Object.keys(attributes)) {
        if (read++ >= MOST_READ && this.#isFull) this.dropped++;
        else this.#setFrom(attributes, key);
      }
    } catch (thrown) {
      report("invalid_attribute", `attributes could not be read (${describe(thrown)})`);
    }
  }

  toObject(): Attributes {
    return attributesOf(this.list);
  }

  #setFrom(attributes: object, key: string): void {
    let value: unknown;
    try {
      value = (attributes as Record<string, unknown>)[key];
    } catch (thrown) {
      return reportUnreadable(key, thrown);
    }
    this.set(key, value);
  }

  get #isFull(): boolean {
    return this.list.length >= 2 * this.#limits.count;
  }

  #drop(key: string, value: unknown): void {
    if (mayBeValue(value, this.#limits)) this.dropped++;
    else reportInvalid(key);
  }

  #put(key: string, value: AnyValue): void {
    const { list } = this;
    const place = this.#placeOf(key);
    if (place >= 0) list[place + 1] = value;
    else if (this.#isFull) this.dropped++;
    else {
      this.#places?.set(key, list.length);
      list.push(key, value);
    }
  }

  #placeOf(key: string): number {
    const { list } = this;
    if (list.length > 2 * INDEXED_FROM) return this.#indexed().get(key) ?? -1;
    for (let index = 0; index < list.length; index += 2) if (list[index] === key) return index;
    return -1;
  }

  #indexed(): Map<string, number> {
    if (this.#places !== undefined) return this.#places;
    this.#places = new Map();
    for (let index = 0; index < this.list.length; index += 2)
      this.#places.set(this.list[index] as string, index);
    return this.#places;
  }
}

/** A list as an object. */
export function attributesOf(list: Readonly<AttributeList>): Attributes {
  const object: Record<string, AnyValue | undefined> = {};
  for (let index = 0; index < list.length; index += 2) define(object, list[index] as string, list[index + 1]);
  return object as Attributes;
}

function reportInvalid(key: unknown): void {
  report(
    "invalid_attribute",
    `attribute ${describe(key)} was left out: keys are texts, values are texts, numbers, booleans, bytes, or arrays and maps of them`,
  );
}

function reportUnreadable(key: unknown, thrown: unknown): void {
  report(
    "invalid_attribute",
    `attribute ${describe(key)} was left out: reading it threw ${describe(thrown)}`,
  );
}

function reportNoObject(attributes: unknown): void {
  report(
    "invalid_attribute",
    `attributes were given as ${nounFor(attributes)}; they are an object of keys and values`,
  );
}

/** What the OpenTelemetry API's type allows: a text, number, boolean, or an array of one of these, null allowed within. */
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
