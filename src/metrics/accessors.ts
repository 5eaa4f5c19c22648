import type { Attributes, Meter, MeterProvider, MetricOptions } from "@opentelemetry/api";
import { currentMeterProvider } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import { VERSION } from "../core/version.ts";

export interface Counter {
  /** Adds `value` (≥ 0, finite, in the counter's unit) to the series with these attributes. Never throws. */
  add(value: number, attributes?: Attributes): void;
}

export interface Histogram {
  /** Records one measurement (≥ 0, finite, in the histogram's unit). Never throws. */
  record(value: number, attributes?: Attributes): void;
}

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
export function counter(name: string, options?: MetricOptions): Counter {
  const instrument = perProvider((meter) => meter.createCounter(name, options));
  return { add: (value, attributes) => measure(name, value, () => instrument().add(value, attributes)) };
}

/**
 * A histogram that can be declared at module level, as `counter` can.  (Specification: Metrics API, Histogram)
 *
 * @param name as for `counter`
 * @param options `unit` by UCUM ("s", "By"), `description`, `advice.explicitBucketBoundaries` in that unit
 * @example
 * const latency = histogram("shop.checkout.duration", { unit: "s" });
 * latency.record(0.25);
 */
export function histogram(name: string, options?: MetricOptions): Histogram {
  const instrument = perProvider((meter) => meter.createHistogram(name, options));
  return {
    record: (value, attributes) => measure(name, value, () => instrument().record(value, attributes)),
  };
}

/** One value that is no measurement must not poison its series: it is left out and counted. */
function measure(name: string, value: unknown, record: () => void): void {
  if (typeof value !== "number" || !(value >= 0) || value === Infinity) {
    report(
      "invalid_argument",
      `${describe(name)} was given ${describe(value)}; it takes finite numbers from 0`,
    );
    return;
  }
  try {
    record();
  } catch (thrown) {
    report("invalid_attribute", `a measurement of ${describe(name)} was left out (${describe(thrown)})`);
  }
}

/** The instrument of the current provider, made once for each provider and forgotten with it. */
function perProvider<Instrument>(create: (meter: Meter) => Instrument): () => Instrument {
  const instruments = new WeakMap<MeterProvider, Instrument>();
  return () => {
    const provider = currentMeterProvider();
    let instrument = instruments.get(provider);
    if (instrument === undefined) {
      instrument = create(provider.getMeter("throughline", VERSION));
      instruments.set(provider, instrument);
    }
    return instrument;
  };
}
