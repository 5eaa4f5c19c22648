import { type MetricOptions, ValueType } from "@opentelemetry/api";
import { describe, quote, report } from "../core/diagnostics.ts";
import { isArray, nounFor } from "../core/noun.ts";
import type { InstrumentOptions } from "./instruments.ts";

/** An instrument as any provider can make it. */
export interface Declaration {
  readonly name: string;
  readonly options: MetricOptions;
  /** The keys that its measurements may have; undefined: any. */
  readonly keys: ReadonlySet<string> | undefined;
}

/** (Specification: Metrics API, Instrument name syntax) */
const NAME = /^[A-Za-z][A-Za-z0-9_.\-/]{0,254}$/;

/** What was declared, each option checked for itself; undefined, and reported, where the name is none: it is silent then. */
export function declare(
  name: unknown,
  options: InstrumentOptions | undefined,
  defaultsFor: (unit: unknown) => MetricOptions = () => ({}),
): Declaration | undefined {
  if (typeof name !== "string" || !NAME.test(name)) {
    report(
      "invalid_configuration",
      `a metric was named ${describe(name)}; a name begins with a letter, and has letters, digits and _ . - / only: nothing is recorded`,
    );
    return undefined;
  }
  try {
    const { unit, description, advice, valueType, attributeKeys, ...others } = options ?? {};
    reportOthers(name, others);
    const declared = { ...defaultsFor(unit), ...text("unit", unit), ...text("description", description) };
    return {
      name,
      options: { ...declared, ...type(valueType), ...boundaries(advice) },
      keys: keySet(name, attributeKeys),
    };
  } catch (thrown) {
    report("invalid_configuration", `the options of metric ${name} could not be read (${describe(thrown)})`);
    return undefined;
  }
}

/** A key that is misspelt would leave the metric without what it says. */
function reportOthers(name: string, others: object): void {
  const keys = Object.keys(others);
  if (keys.length > 0)
    report(
      "invalid_configuration",
      `metric ${name} has no option ${keys.map(quote).join(", ")}; unit, description, advice, valueType and attributeKeys are known`,
    );
}

function text(option: "unit" | "description", value: unknown): MetricOptions {
  if (value === undefined) return {};
  if (typeof value === "string") return { [option]: value };
  report("invalid_configuration", `the ${option} of a metric is a text, and was given as ${nounFor(value)}`);
  return {};
}

function type(valueType: unknown): MetricOptions {
  if (valueType === undefined) return {};
  if (valueType === ValueType.INT || valueType === ValueType.DOUBLE) return { valueType };
  report(
    "invalid_configuration",
    `the valueType of a metric is one of ValueType, and was ${quote(valueType)}`,
  );
  return {};
}

function boundaries(advice: MetricOptions["advice"]): MetricOptions {
  const bounds: unknown = advice?.explicitBucketBoundaries;
  if (bounds === undefined) return {};
  if (isArray(bounds) && areAscending(bounds)) return { advice: { explicitBucketBoundaries: [...bounds] } };
  report(
    "invalid_configuration",
    "the explicitBucketBoundaries of a metric are a list of numbers, each greater than the one before; the default is used",
  );
  return {};
}

function areAscending(bounds: readonly unknown[]): bounds is readonly number[] {
  return bounds.every(
    (bound, at) => Number.isFinite(bound) && (at === 0 || Number(bound) > Number(bounds[at - 1])),
  );
}

function keySet(name: string, keys: unknown): ReadonlySet<string> | undefined {
  if (keys === undefined) return undefined;
  if (isArray(keys) && keys.every((key) => typeof key === "string")) return new Set(keys);
  report(
    "invalid_configuration",
    `the attributeKeys of metric ${name} are a list of texts; any key is taken`,
  );
  return undefined;
}
