import {
  type Attributes,
  type BatchObservableCallback,
  type Context as ApiContext,
  type Meter,
  type MeterOptions,
  type MeterProvider,
  type MetricOptions,
  type Observable,
  type ObservableCallback,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
  TraceFlags,
  ValueType,
} from "@opentelemetry/api";
import { describe } from "../core/diagnostics.ts";
import { isArray } from "../core/noun.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type {
  HandedInstrument,
  HandedMeasurement,
  HandedMeasurements,
  ObservableKind,
  SynchronousKind,
} from "./handed-measurements.ts";

type Observed = [value: number, attributes: Attributes][];

/**
 * In a worker: keeps each measurement for the thread that aggregates, so that there is one series for all threads.
 * Observable instruments are asked here, and what they observe is handed over.
 */
export class HandingMeterProvider implements MeterProvider {
  #instruments: HandedInstrument[] = [];
  readonly #known = new Map<string, number>();
  #measurements: HandedMeasurement[] = [];
  /** What to ask each time, by the place of the instrument. */
  readonly #observables = new Map<number, Set<ObservableCallback>>();
  readonly #batches = new Set<BatchObservableCallback>();
  readonly #places = new WeakMap<Observable, number>();
  readonly #told: (waiting: number) => void;

  /** `told` is called with each measurement: how many wait. */
  constructor(told: (waiting: number) => void) {
    this.#told = told;
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    const meter: Declared["meter"] = [text(name) ?? "", text(version), plainMeter(options)];
    const synchronous =
      (kind: SynchronousKind) =>
      (instrument: string, given: MetricOptions = {}) => {
        const record = this.#recorder(declared(meter, kind, instrument, given));
        return { add: record, record };
      };
    const observable =
      (kind: ObservableKind) =>
      (instrument: string, given: MetricOptions = {}) =>
        this.#observable(declared(meter, kind, instrument, given));
    return {
      createCounter: synchronous("createCounter"),
      createUpDownCounter: synchronous("createUpDownCounter"),
      createGauge: synchronous("createGauge"),
      createHistogram: synchronous("createHistogram"),
      createObservableCounter: observable("createObservableCounter"),
      createObservableUpDownCounter: observable("createObservableUpDownCounter"),
      createObservableGauge: observable("createObservableGauge"),
      addBatchObservableCallback: (callback) => void this.#batches.add(callback),
      removeBatchObservableCallback: (callback) => void this.#batches.delete(callback),
    };
  }

  /** Undefined where nothing was measured. */
  take(): HandedMeasurements | undefined {
    return this.#handed([]);
  }

  /** The same with what observable instruments observe now, or have since they were asked. */
  observe(): HandedMeasurements | undefined {
    return this.#handed(this.#observed());
  }

  #handed(observations: HandedMeasurements["observations"]): HandedMeasurements | undefined {
    const [instruments, measurements] = [this.#instruments, this.#measurements];
    if (measurements.length === 0 && observations.length === 0) return undefined;
    this.#instruments = [];
    this.#measurements = [];
    return { instruments, measurements, observations };
  }

  /** Those that were not heard of are told again. */
  keep({ instruments }: HandedMeasurements): void {
    this.#instruments = [...instruments, ...this.#instruments];
  }

  /** Of an instrument that was asked for before it is the same. */
  #placeOf(instrument: Declared): number {
    const key = JSON.stringify(instrument);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const place = this.#known.size;
    this.#known.set(key, place);
    this.#instruments.push({ place, ...instrument });
    return place;
  }

  #recorder(instrument: Declared): (value: number, attributes?: Attributes, context?: ApiContext) => void {
    const place = this.#placeOf(instrument);
    return (value, attributes = {}, context = ROOT_CONTEXT) => {
      this.#told(this.#measurements.push([place, value, attributes, exemplarIn(context)]));
    };
  }

  #observable(instrument: Declared): Observable {
    const place = this.#placeOf(instrument);
    const callbacks = this.#observables.get(place) ?? new Set<ObservableCallback>();
    const observable: Observable = {
      addCallback: (callback) => void callbacks.add(callback),
      removeCallback: (callback) => void callbacks.delete(callback),
    };
    this.#observables.set(place, callbacks);
    this.#places.set(observable, place);
    return observable;
  }

  /** Callbacks are guarded by whoever registers them; what one observes later than it is asked is too late. */
  #observed(): HandedMeasurements["observations"] {
    const all = new Map<number, Observed>();
    const add = (place: number, value: number, attributes: Attributes = {}): void => {
      const observed = all.get(place) ?? [];
      observed.push([value, attributes]);
      all.set(place, observed);
    };
    for (const [place, callbacks] of this.#observables)
      for (const callback of callbacks)
        void callback({ observe: (value, attributes) => add(place, value, attributes) });
    for (const callback of this.#batches)
      void callback({
        observe: (observable, value, attributes) => {
          const place = this.#places.get(observable);
          if (place !== undefined) add(place, value, attributes);
        },
      });
    return [...all];
  }
}

type Declared = Omit<HandedInstrument, "place">;

/** What can be sent to another thread, whatever was given. */
function declared(
  meter: Declared["meter"],
  kind: Declared["kind"],
  name: string,
  { unit, description, valueType, advice }: MetricOptions,
): Declared {
  const asked: unknown = advice?.explicitBucketBoundaries;
  const boundaries = isArray(asked) ? asked.map(Number) : undefined;
  const options = {
    unit: text(unit),
    description: text(description),
    valueType: valueType === ValueType.INT ? ValueType.INT : undefined,
    advice: boundaries && { explicitBucketBoundaries: boundaries },
  };
  return { meter, kind, name: text(name) ?? describe(name), options: withoutUndefined(options) };
}

function plainMeter(options: MeterOptions | undefined): MeterOptions | undefined {
  const schemaUrl = text(options?.schemaUrl);
  return schemaUrl === undefined ? undefined : { schemaUrl };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Of spans that are recorded alone.  (Specification: Metrics SDK, TraceBased exemplar filter) */
function exemplarIn(context: ApiContext): SpanContext | undefined {
  const span = trace.getSpanContext(context);
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  const { traceId, spanId, traceFlags } = span;
  return { traceId, spanId, traceFlags };
}
