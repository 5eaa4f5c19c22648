import { quote, report } from "./diagnostics.ts";

/** How much a span keeps; what goes beyond is dropped and counted on it.  (Specification: Span Limits, Attribute Limits) */
export interface Limits {
  /** Attributes of a span; default 128. */
  readonly attributeCountLimit: number;
  /** Characters of a text, and bytes of a byte array, within an attribute's value; default unlimited. */
  readonly attributeValueLengthLimit: number;
  /**
   * Levels of arrays and maps within an attribute's value; default 16. The specification's is 64, but parsers of protobuf
   * stop at 100 messages within each other, of which a level takes up to three: they would refuse the whole request.
   */
  readonly attributeValueDepthLimit: number;
  /** A whole attribute value: its characters and bytes, and 8 for each other element; default 65,536. Not the specification's: Infinity switches it off. */
  readonly attributeValueSizeLimit: number;
  /** Default 128. */
  readonly eventCountLimit: number;
  /** Default 128. */
  readonly linkCountLimit: number;
  /** Default 128. */
  readonly attributePerEventCountLimit: number;
  /** Default 128. */
  readonly attributePerLinkCountLimit: number;
}

export const DEFAULT_LIMITS: Limits = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Infinity,
  attributeValueDepthLimit: 16,
  attributeValueSizeLimit: 65_536,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
};

/** The limits of one set of attributes. */
export interface AttributeLimits {
  readonly count: number;
  readonly valueLength: number;
  readonly valueDepth: number;
  readonly valueSize: number;
  /**
   * Says what stands for what is no value, a date say: an object itself is the map of its fields. May throw. Without it
   * nothing does.
   */
  readonly standIn?: ((value: unknown) => unknown) | undefined;
}

/** For attributes that no limit applies to: a resource's. */
export const NO_LIMITS: AttributeLimits = {
  count: Infinity,
  valueLength: Infinity,
  valueDepth: Infinity,
  valueSize: Infinity,
};

/** Limits as spans look them up. */
export interface SpanLimits {
  readonly attributes: AttributeLimits;
  readonly events: number;
  readonly eventAttributes: AttributeLimits;
  readonly links: number;
  readonly linkAttributes: AttributeLimits;
}

export function spanLimits(limits: Limits = DEFAULT_LIMITS): SpanLimits {
  const attributes = attributeLimits(limits);
  return {
    attributes,
    events: limits.eventCountLimit,
    eventAttributes: { ...attributes, count: limits.attributePerEventCountLimit },
    links: limits.linkCountLimit,
    linkAttributes: { ...attributes, count: limits.attributePerLinkCountLimit },
  };
}

/** Those of the attributes of a span, or of a log record. */
export function attributeLimits(limits: Limits): AttributeLimits {
  return {
    count: limits.attributeCountLimit,
    valueLength: limits.attributeValueLengthLimit,
    valueDepth: limits.attributeValueDepthLimit,
    valueSize: limits.attributeValueSizeLimit,
  };
}

/** Some limits as a user gave them, and the defaults for the rest; what is no limit is reported and left at its default. */
export function resolveLimits(given: unknown, defaults: Partial<Limits> = {}): Limits {
  const limits: { -readonly [Name in keyof Limits]: number } = { ...DEFAULT_LIMITS, ...defaults };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (isName(name) && isLimit(value)) limits[name] = value;
    else if (value !== undefined) {
      report(
        "invalid_configuration",
        `limits: ${name} is ${quote(value)}; there are ${Object.keys(DEFAULT_LIMITS).join(", ")}, whole numbers from 0 or Infinity`,
      );
    }
  }
  return limits;
}

function isName(name: string): name is keyof Limits {
  return Object.hasOwn(DEFAULT_LIMITS, name);
}

function isLimit(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && (Number.isInteger(value) || value === Infinity);
}
