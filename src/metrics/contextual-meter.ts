import type {
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable as ApiObservable,
} from "@opentelemetry/api";
import { providersIn } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import { isArray } from "../core/noun.ts";
import { type RegisteredCallback, register, unregister, delegating } from "./callback-registry.ts";
import { type MeterSource, SILENT } from "./current-instrument.ts";
import type { Declaration } from "./declaration.ts";
import {
  askGuarded,
  Observable,
  OBSERVABLE_COUNTER,
  OBSERVABLE_GAUGE,
  OBSERVABLE_UP_DOWN_COUNTER,
  reportNoCallback,
} from "./observable.ts";
import { PerOwner } from "./per-owner.ts";
import { counterOf, gaugeOf, histogramOf, upDownCounterOf } from "./synchronous.ts";

/**
 * What the API knows as global: its instruments find the provider of the current context at each use, as our accessors
 * do, so code that is written against the API alone is kept apart in tests and tenants too.
 */
export const contextualMeterProvider: MeterProvider = delegating({
  getMeter: (name, version, options) =>
    contextualMeter({
      meterOf: (provider) => provider.getMeter(name, version, options),
      // Never the API's own, which is this one.
      providerIn: (context) => providersIn(context)?.meterProvider ?? SILENT,
    }),
});

/** A meter of the API whose instruments follow the context. */
export function contextualMeter(source: MeterSource): Meter {
  const observable =
    (kind: typeof OBSERVABLE_GAUGE) =>
    (name: string, options?: MetricOptions): Observable =>
      new Observable(source, asGiven(name, options), kind);
  return {
    createCounter: (name, options) => counterOf(source, asGiven(name, options)),
    createUpDownCounter: (name, options) => upDownCounterOf(source, asGiven(name, options)),
    createGauge: (name, options) => gaugeOf(source, asGiven(name, options)),
    createHistogram: (name, options) => histogramOf(source, asGiven(name, options)),
    createObservableCounter: observable(OBSERVABLE_COUNTER),
    createObservableUpDownCounter: observable(OBSERVABLE_UP_DOWN_COUNTER),
    createObservableGauge: observable(OBSERVABLE_GAUGE),
    ...batchCallbacks(source),
  };
}

/** What a name or an option means is the provider's business: code that knows the API alone may be written for another. */
function asGiven(name: string, options: MetricOptions | undefined): Declaration {
  try {
    return { name, options: { ...options }, keys: undefined };
  } catch (thrown) {
    report(
      "invalid_argument",
      `the options of metric ${describe(name)} could not be read (${describe(thrown)})`,
    );
    return { name, options: {}, keys: undefined };
  }
}

function batchCallbacks(
  source: MeterSource,
): Pick<Meter, "addBatchObservableCallback" | "removeBatchObservableCallback"> {
  const batches = new PerOwner(() => new Set<Batch>());
  return {
    addBatchObservableCallback: (callback, given) => {
      if (typeof callback !== "function") return reportNoCallback("of a batch", callback);
      const own = batches.current();
      const batch = new Batch(source, callback, ours(given));
      if (batch.isEmpty || find(own, batch) !== undefined) return;
      own.add(batch);
      register(batch);
    },
    removeBatchObservableCallback: (callback, given) => {
      const sought = new Batch(source, callback, ours(given));
      const own = batches.current();
      // Where the current telemetry has none, that of whichever has.
      for (const each of find(own, sought) === undefined ? batches.all() : [own]) {
        const batch = find(each, sought);
        if (batch === undefined) continue;
        each.delete(batch);
        unregister(batch);
      }
    },
  };
}

function find(batches: ReadonlySet<Batch>, sought: Batch): Batch | undefined {
  return [...batches].find((batch) => batch.equals(sought));
}

function ours(observables: unknown): ReadonlySet<Observable> {
  try {
    return new Set(isArray(observables) ? observables.filter((each) => each instanceof Observable) : []);
  } catch (thrown) {
    report("invalid_argument", `the observable metrics of a batch could not be read (${describe(thrown)})`);
    return new Set();
  }
}

/** One callback for several observable instruments. */
class Batch implements RegisteredCallback {
  readonly #source: MeterSource;
  readonly callback: BatchObservableCallback;
  readonly observables: ReadonlySet<Observable>;

  constructor(source: MeterSource, callback: BatchObservableCallback, observables: ReadonlySet<Observable>) {
    this.#source = source;
    this.callback = callback;
    this.observables = observables;
  }

  get isEmpty(): boolean {
    return this.observables.size === 0;
  }

  equals({ callback, observables }: Batch): boolean {
    return (
      callback === this.callback &&
      observables.size === this.observables.size &&
      [...observables].every((observable) => this.observables.has(observable))
    );
  }

  attach(...[provider, providers]: Parameters<RegisteredCallback["attach"]>): () => void {
    const instruments = new Map<ApiObservable, ApiObservable>();
    for (const observable of this.observables) {
      const instrument = observable.instrumentIn(provider);
      if (instrument !== undefined) instruments.set(observable, instrument);
    }
    const ask: BatchObservableCallback = (result) =>
      askGuarded("of a batch", providers, () => this.callback(checked(result, instruments)));
    const meter = this.#source.meterOf(provider);
    const asked = [...instruments.values()];
    meter.addBatchObservableCallback(ask, asked);
    return () => meter.removeBatchObservableCallback(ask, asked);
  }
}

function checked(
  result: BatchObservableResult,
  instruments: ReadonlyMap<ApiObservable, ApiObservable>,
): BatchObservableResult {
  return {
    observe: (observable, value, attributes) => {
      const instrument = instruments.get(observable);
      if (instrument === undefined || !(observable instanceof Observable)) return;
      observable.observe(value, attributes, (sane, own) => result.observe(instrument, sane, own));
    },
  };
}
