import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { attributeVariables, type AttributeVariable } from "../context/attribute-variables.ts";
import type { Context } from "../context/context.ts";
import { define, ownValue } from "../core/attribute-value.ts";
import { isAttributeValue } from "../core/attributes.ts";
import { describe, report } from "../core/diagnostics.ts";
import { type AttributeLimits, DEFAULT_LIMITS } from "../core/limits.ts";
import { isArray, nounFor } from "../core/noun.ts";

const LONGEST_TEXT = DEFAULT_LIMITS.attributeValueSizeLimit;

/** A series is kept as long as its provider: no text of any length may name one. */
const LIMITS: AttributeLimits = {
  count: DEFAULT_LIMITS.attributeCountLimit,
  valueLength: Infinity,
  valueDepth: 1,
  valueSize: LONGEST_TEXT,
};

/** Elements of a list that are looked at: no more fit the size of a value. */
const LONGEST_LIST = LONGEST_TEXT / 8;

const NONE: Attributes = Object.freeze({});

/** Which attributes the measurements of one instrument have: those they are given, checked, and the context's. */
export class AttributeRule {
  readonly #name: string;
  readonly #keys: ReadonlySet<string> | undefined;
  #variables: readonly AttributeVariable[] = [];
  /** Those of the variables whose attributes are among the keys. */
  #stamps: readonly AttributeVariable[] = [];

  constructor(name: string, keys: ReadonlySet<string> | undefined) {
    this.#name = name;
    this.#keys = keys;
  }

  /** HOT. All of a measurement, as an object of its own: what a caller changes later changes no series. */
  of(attributes: unknown, context: Context): Attributes {
    return this.stamped(attributes === undefined ? NONE : this.given(attributes), context);
  }

  /**
   * HOT: bench/measure-accessors.ts. Those that were given, as far as they are attributes of this instrument, in an object
   * of its own. Nearly always all are. Never throws.
   */
  given(attributes: unknown): Attributes {
    const keys = this.#keys;
    try {
      if (typeof attributes === "object" && attributes !== null && !Array.isArray(attributes)) {
        // First, for a getter or a proxy may say something else at each look.
        const own: Attributes = { ...attributes };
        let count = 0;
        for (const key in own) {
          const value: unknown = own[key];
          const type = typeof value;
          const isPlain =
            type === "string"
              ? (value as string).length <= LONGEST_TEXT
              : type === "number" || type === "boolean";
          if (!isPlain || key === "" || (keys !== undefined && !keys.has(key)) || ++count > LIMITS.count)
            return this.#onlySane(own);
        }
        return own;
      }
    } catch {
      // Read again, one by one.
    }
    return attributes === undefined || attributes === null ? NONE : this.#onlySane(attributes);
  }

  /** HOT: mostly there are none. With those of the context whose keys the instrument has named; what it was given wins. */
  stamped(given: Attributes, context: Context): Attributes {
    const keys = this.#keys;
    if (keys === undefined) return given;
    const variables = attributeVariables();
    if (this.#variables !== variables) {
      this.#stamps = variables.filter(({ key }) => keys.has(key));
      this.#variables = variables;
    }
    return this.#stamps.length === 0 ? given : this.#withStamps(given, context);
  }

  #withStamps(given: Attributes, context: Context): Attributes {
    const attributes: Record<string, unknown> = {};
    for (const { key, valueIn } of this.#stamps) {
      const value = this.#ownOf(key, () => valueIn(context));
      if (value !== undefined) define<unknown>(attributes, key, value);
    }
    return { ...attributes, ...given } as Attributes;
  }

  /** Those that are attributes of this instrument, each read once; the others are reported. */
  #onlySane(attributes: unknown): Attributes {
    const own: Record<string, unknown> = {};
    const keys = keysOf(attributes);
    if (keys.length > LIMITS.count)
      report(
        "limit_reached",
        `a measurement of metric ${this.#name} has ${keys.length} attributes; the first ${LIMITS.count} are looked at`,
      );
    for (const key of keys.slice(0, LIMITS.count)) {
      const value = this.#ownOf(key, () => (attributes as Attributes)[key]);
      if (value !== undefined) define(own, key, value);
    }
    return own as Attributes;
  }

  /** What cannot be read is reported. */
  #ownOf(key: string, read: () => unknown): AttributeValue | undefined {
    try {
      return this.#own(key, read());
    } catch (thrown) {
      this.#reportInvalid(key, describe(thrown));
      return undefined;
    }
  }

  #own(key: string, value: unknown): AttributeValue | undefined {
    if (value === undefined || value === null) return undefined;
    if (this.#keys?.has(key) === false) {
      report(
        "attribute_unlisted",
        `metric ${this.#name} was given attribute ${describe(key)}, which its attributeKeys have not: left out`,
      );
      return undefined;
    }
    const bounded = isArray(value) && value.length > LONGEST_LIST ? value.slice(0, LONGEST_LIST) : value;
    if (key !== "" && isAttributeValue(bounded)) return ownValue(bounded, LIMITS) as AttributeValue;
    this.#reportInvalid(key, "texts, numbers, booleans and lists of one of these are attributes");
    return undefined;
  }

  #reportInvalid(key: string, reason: string): void {
    report(
      "invalid_attribute",
      `attribute ${describe(key)} of a measurement of metric ${this.#name} was left out (${reason})`,
    );
  }
}

function keysOf(attributes: unknown): readonly string[] {
  try {
    if (typeof attributes === "object" && attributes !== null && !Array.isArray(attributes))
      return Object.keys(attributes);
  } catch {
    // What cannot be read is no better.
  }
  report(
    "invalid_attribute",
    `a measurement's attributes are an object of keys and values, and were given as ${nounFor(attributes)}`,
  );
  return [];
}
