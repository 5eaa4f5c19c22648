import {
  type Attributes,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  type MetricOptions,
} from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext, meterProviderIn } from "../context/current.ts";
import { isAttributeValue } from "../core/attributes.ts";
import { describe, report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { VERSION } from "../core/version.ts";

export interface Counter {
  /** Adds `value` (≥ 0, finite, in the counter's unit) to the series with these attributes. Never throws. */
  add(value: number, attributes?: Attributes): void;
}

export interface Histogram {
  /** Records one measurement (≥ 0, finite, in the histogram's unit). Never throws. */
  record(value: number, attributes?: Attributes): void;
}

/** What makes instruments for one instrumentation scope. */
export interface Accessors {
  /**
   * A counter that can be declared at module level: each use finds the meter provider of the current context, so it
   * works from the moment of `start()` and is silent before.  (Specification: Metrics API, Counter)
   *
   * @param name at most 255 of `A-Z a-z 0-9 _ . - /`, beginning with a letter: "shop.orders"
   * @param options `unit` by UCUM ("{order}", "By"), `description`
   * @example
   * const orders = counter("shop.orders", { unit: "{order}" });
   * orders.add(1, { currency: "EUR" });
   */
  readonly counter: (name: string, options?: MetricOptions) => Counter;
  /**
   * A histogram that can be declared at module level, as `counter` can.  (Specification: Metrics API, Histogram)
   *
   * @param name as for `counter`
   * @param options `unit` by UCUM ("s", "By"), `description`, `advice.explicitBucketBoundaries` in that unit
   * @example
   * const latency = histogram("shop.checkout.duration", { unit: "s" });
   * latency.record(0.25);
   */
  readonly histogram: (name: string, options?: MetricOptions) => Histogram;
}

export function accessors(library: string, version?: string): Accessors {
  const meterOf = (provider: MeterProvider): Meter => provider.getMeter(library, version);
  return {
    counter: (name, options) => {
      const instrument = perProvider(meterOf, name, options, (meter, ...declared) =>
        meter.createCounter(...declared),
      );
      return {
        add: (value, attributes) => measure(name, value, attributes, (sane) => instrument().add(value, sane)),
      };
    },
    histogram: (name, options) => {
      const instrument = perProvider(meterOf, name, options, (meter, ...declared) =>
        meter.createHistogram(...declared),
      );
      return {
        record: (value, attributes) =>
          measure(name, value, attributes, (sane) => instrument().record(value, sane)),
      };
    },
  };
}

/** A histogram for one who holds the context to measure in, and whose values and attributes need no check. */
export function histogramIn(
  library: string,
  version: string,
  name: string,
  options: MetricOptions,
): (context: Context, value: number, attributes: Attributes) => void {
  const instrument = perProvider(
    (provider) => provider.getMeter(library, version),
    name,
    options,
    (meter, ...declared) => meter.createHistogram(...declared),
  );
  return (context, value, attributes) => {
    count++;
    instrument(context).record(value, attributes, context);
  };
}

/** The application's own. */
const application: Accessors = accessors("throughline", VERSION);
export const counter: Accessors["counter"] = application.counter;
export const histogram: Accessors["histogram"] = application.histogram;

let count = 0;

/** How many measurements were recorded in this process: whether there is something new to collect. */
export function measurementCount(): number {
  return count;
}

/** One value that is no measurement must not poison its series: it is left out and counted. */
function measure(
  name: string,
  value: unknown,
  attributes: Attributes | undefined,
  record: (attributes: Attributes | undefined) => void,
): void {
  if (typeof value !== "number" || !(value >= 0) || value === Infinity) {
    const given = typeof value === "number" ? value : nounFor(value);
    report("invalid_argument", `${describe(name)} was given ${given}; it takes finite numbers from 0`);
    return;
  }
  try {
    count++;
    record(saneAttributes(attributes));
  } catch (thrown) {
    report("invalid_attribute", `a measurement of ${describe(name)} was left out (${describe(thrown)})`);
  }
}

/** HOT. The attributes as they are where all of them are such; else a copy of those that are. */
function saneAttributes(attributes: Attributes | undefined): Attributes | undefined {
  if (attributes === undefined || attributes === null) return undefined;
  try {
    if (typeof attributes === "object" && !Array.isArray(attributes)) {
      for (const key in attributes) {
        if (!isAttributeValue(attributes[key])) return onlySane(attributes);
      }
      return attributes;
    }
  } catch {
    // Read again, one by one.
  }
  return onlySane(attributes);
}

/** Those that are attributes, each read once; the others are reported. */
function onlySane(attributes: unknown): Attributes {
  const sane: Attributes = {};
  for (const key of keysOf(attributes)) {
    try {
      const value = (attributes as Attributes)[key];
      if (value === undefined || value === null) continue;
      if (key === "" || !isAttributeValue(value)) throw new TypeError("it is none");
      sane[key] = value;
    } catch (thrown) {
      report("invalid_attribute", `attribute ${key} of a measurement was left out (${describe(thrown)})`);
    }
  }
  return sane;
}

function keysOf(attributes: unknown): readonly string[] {
  try {
    if (typeof attributes === "object" && attributes !== null && !Array.isArray(attributes))
      return Object.keys(attributes);
  } catch {
    // What cannot be read is no better.
  }
  report("invalid_attribute", "a measurement's attributes are an object of keys and values");
  return [];
}

type Declaration = [name: string, options: MetricOptions];

/** The instrument of the current provider, made once for each provider and forgotten with it. */
function perProvider<Instrument>(
  meterOf: (provider: MeterProvider) => Meter,
  name: string,
  options: MetricOptions | undefined,
  create: (meter: Meter, ...declaration: Declaration) => Instrument,
): (context?: Context) => Instrument {
  const declaration = declare(name, options);
  const instruments = new WeakMap<MeterProvider, Instrument>();
  return (context = currentContext()) => {
    const provider = declaration === undefined ? SILENT : meterProviderIn(context);
    let instrument = instruments.get(provider);
    if (instrument === undefined) {
      const meter = meterOf(provider);
      ignoreRejection(meter);
      instrument = create(meter, ...(declaration ?? ["invalid", {}]));
      instruments.set(provider, instrument);
    }
    return instrument;
  };
}

const SILENT: MeterProvider = { getMeter: () => createNoopMeter() };

/** (Specification: Metrics API, Instrument name syntax) */
const NAME = /^[A-Za-z][A-Za-z0-9_.\-/]{0,254}$/;

/** A declaration that any provider can take; undefined, and reported, where the name is none: it is silent then. */
function declare(name: unknown, options: MetricOptions | undefined): Declaration | undefined {
  try {
    if (typeof name === "string" && NAME.test(name)) {
      const { unit, description, advice } = options ?? {};
      return [
        name,
        {
          ...text("unit", unit),
          ...text("description", description),
          ...boundaries(advice),
        },
      ];
    }
    report(
      "invalid_argument",
      `a metric was named ${describe(name)}; a name begins with a letter, and has letters, digits and _ . - / only`,
    );
  } catch (thrown) {
    report(
      "invalid_argument",
      `the options of metric ${describe(name)} could not be read (${describe(thrown)})`,
    );
  }
  return undefined;
}

function text(option: "unit" | "description", value: unknown): MetricOptions {
  if (value === undefined) return {};
  if (typeof value === "string") return { [option]: value };
  report("invalid_argument", `the ${option} of a metric is a text, and was given as ${nounFor(value)}`);
  return {};
}

function boundaries(advice: MetricOptions["advice"]): MetricOptions {
  const bounds: unknown = advice?.explicitBucketBoundaries;
  if (bounds === undefined) return {};
  if (Array.isArray(bounds) && bounds.every((bound) => Number.isFinite(bound)))
    return { advice: { explicitBucketBoundaries: bounds as number[] } };
  report(
    "invalid_argument",
    "the explicitBucketBoundaries of a metric are a list of numbers; the default is used",
  );
  return {};
}
