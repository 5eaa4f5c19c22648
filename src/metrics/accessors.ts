import type { Attributes, MetricOptions } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { requireFunction } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { type MeterSource, meterSource } from "./current-instrument.ts";
import { declare } from "./declaration.ts";
import { boundariesFor } from "./default-boundaries.ts";
import type {
  Counter,
  Gauge,
  Histogram,
  InstrumentOptions,
  Observation,
  Observed,
  UpDownCounter,
} from "./instruments.ts";
import { measurements } from "./measurements.ts";
import {
  Observable,
  OBSERVABLE_COUNTER,
  OBSERVABLE_GAUGE,
  OBSERVABLE_UP_DOWN_COUNTER,
  type ObservableKind,
} from "./observable.ts";
import { counterOf, gaugeOf, HISTOGRAM, histogramOf, upDownCounterOf } from "./synchronous.ts";

/** Declares a synchronous instrument. */
export type Declare<Instrument extends "counter" | "upDownCounter" | "gauge" | "histogram"> = <
  const Key extends string = string,
>(
  name: string,
  options?: InstrumentOptions<Key>,
) => {
  counter: Counter<Key>;
  upDownCounter: UpDownCounter<Key>;
  gauge: Gauge<Key>;
  histogram: Histogram<Key>;
}[Instrument];

/** Declares an observable instrument and what it is asked by. */
export interface DeclareObservable {
  <const Key extends string = string>(
    name: string,
    options: InstrumentOptions<Key>,
    observation: Observation<Key>,
  ): Observed;
  (name: string, observation: Observation): Observed;
}

/** What makes instruments for one instrumentation scope. */
export interface Accessors {
  /**
   * A counter that can be declared at module level: each use finds the meter provider of the current context, so it
   * works from the moment of `start()` and is silent before.  (Specification: Metrics API, Counter)
   *
   * @param name at most 255 of `A-Z a-z 0-9 _ . - /`, beginning with a letter: "shop.orders"
   * @param options `unit` by UCUM ("{order}", "By"), `description`, `attributeKeys`
   * @example
   * const orders = counter("shop.orders", { unit: "{order}", attributeKeys: ["currency"] });
   * orders.add(1, { currency: "EUR" });
   */
  readonly counter: Declare<"counter">;
  /**
   * As `counter`, for what also becomes less: it counts up and down.  (Specification: Metrics API, UpDownCounter)
   *
   * @example
   * const open = upDownCounter("shop.carts.open", { unit: "{cart}" });
   * open.add(-1);
   */
  readonly upDownCounter: Declare<"upDownCounter">;
  /**
   * As `counter`, for a value of which only the last counts.  (Specification: Metrics API, Gauge)
   *
   * @example
   * const fill = gauge("shop.tank.fill", { unit: "1" });
   * fill.record(0.75);
   */
  readonly gauge: Declare<"gauge">;
  /**
   * As `counter`, for values whose distribution counts.  (Specification: Metrics API, Histogram)
   *
   * @param options as for `counter`, and `advice.explicitBucketBoundaries` in its unit; without them those of the HTTP
   *   conventions for "s", 256 bytes to 64 MiB for "By", the specification's 0 to 10,000 for the rest
   * @example
   * const latency = histogram("shop.checkout.duration", { unit: "s" });
   * latency.record(0.25);
   * await latency.time(async () => {});
   */
  readonly histogram: Declare<"histogram">;
  /**
   * A counter that is not added to but asked at each collection, for its sum until then (≥ 0). Declared in the context of
   * a telemetry of its own (`withTelemetry`) it is asked by that one and goes away with it; else by the telemetry of
   * `start()`, also after a restart.  (Specification: Metrics API, Asynchronous Counter)
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where the observation is none
   * @example
   * observableCounter("shop.cpu.time", { unit: "us" }, (observe) => observe(process.cpuUsage().user));
   */
  readonly observableCounter: DeclareObservable;
  /**
   * As `observableCounter`, for a sum that also becomes less.  (Specification: Metrics API, Asynchronous UpDownCounter)
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where the observation is none
   * @example
   * const jobs: string[] = [];
   * observableUpDownCounter("shop.jobs", { unit: "{job}" }, (observe) => observe(jobs.length));
   */
  readonly observableUpDownCounter: DeclareObservable;
  /**
   * As `observableCounter`, for a value that is no sum.  (Specification: Metrics API, Asynchronous Gauge)
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where the observation is none
   * @example
   * const uptime = observableGauge("shop.uptime", { unit: "s" }, (observe) => observe(process.uptime()));
   * uptime.end();
   */
  readonly observableGauge: DeclareObservable;
}

export function accessors(library: string, version?: string): Accessors {
  const source = meterSource(library, version);
  return {
    counter: (name, options) => counterOf(source, declare(name, options)),
    upDownCounter: (name, options) => upDownCounterOf(source, declare(name, options)),
    gauge: (name, options) => gaugeOf(source, declare(name, options)),
    histogram: (name, options) => histogramOf(source, declare(name, options, boundariesFor)),
    observableCounter: declareObservable(source, "observableCounter", OBSERVABLE_COUNTER),
    observableUpDownCounter: declareObservable(source, "observableUpDownCounter", OBSERVABLE_UP_DOWN_COUNTER),
    observableGauge: declareObservable(source, "observableGauge", OBSERVABLE_GAUGE),
  };
}

function declareObservable(source: MeterSource, accessor: string, kind: ObservableKind): DeclareObservable {
  return (name: string, optionsOrFn: InstrumentOptions | Observation, last?: Observation): Observed => {
    const observation: unknown = last ?? optionsOrFn;
    requireFunction(observation, `${accessor}(name, options?, observation)`);
    const options = last === undefined ? undefined : (optionsOrFn as InstrumentOptions);
    const observable = new Observable(source, declare(name, options), kind);
    const ask = (result: { observe: Parameters<Observation>[0] }): ReturnType<Observation> =>
      (observation as Observation)((value, attributes) => result.observe(value, attributes));
    observable.addCallback(ask);
    const end = (): void => observable.removeCallback(ask);
    return { end, [Symbol.dispose]: end };
  };
}

/** For one who holds the context to measure in, and whose values and attributes need no check. */
export function histogramIn(
  library: string,
  version: string,
  name: string,
  options: MetricOptions,
): (value: number, attributes: Attributes, context: Context) => void {
  return measurements(meterSource(library, version), declare(name, options), HISTOGRAM).record;
}

/** The application's own. */
const application: Accessors = accessors("throughline", VERSION);
export const counter: Accessors["counter"] = application.counter;
export const upDownCounter: Accessors["upDownCounter"] = application.upDownCounter;
export const gauge: Accessors["gauge"] = application.gauge;
export const histogram: Accessors["histogram"] = application.histogram;
export const observableCounter: Accessors["observableCounter"] = application.observableCounter;
export const observableUpDownCounter: Accessors["observableUpDownCounter"] =
  application.observableUpDownCounter;
export const observableGauge: Accessors["observableGauge"] = application.observableGauge;
