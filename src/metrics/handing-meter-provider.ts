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
} from "@opentelemetry/api";
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
  #made = 0;
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
    const synchronous =
      (kind: SynchronousKind) =>
      (instrument: string, given: MetricOptions = {}) => {
        const record = this.#recorder({
          meter: [name, version, options],
          kind,
          name: instrument,
          options: given,
        });
        return { add: record, record };
      };
    const observable =
      (kind: ObservableKind) =>
      (instrument: string, given: MetricOptions = {}) =>
        this.#observable({ meter: [name, version, options], kind, name: instrument, options: given });
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

  #declare(instrument: HandedInstrument): number {
    this.#instruments.push(instrument);
    return this.#made++;
  }

  #recorder(
    instrument: HandedInstrument,
  ): (value: number, attributes?: Attributes, context?: ApiContext) => void {
    const place = this.#declare(instrument);
    return (value, attributes = {}, context = ROOT_CONTEXT) => {
      this.#told(this.#measurements.push([place, value, attributes, exemplarIn(context)]));
    };
  }

  #observable(instrument: HandedInstrument): Observable {
    const place = this.#declare(instrument);
    const callbacks = new Set<ObservableCallback>();
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

/** Of spans that are recorded alone.  (Specification: Metrics SDK, TraceBased exemplar filter) */
function exemplarIn(context: ApiContext): SpanContext | undefined {
  const span = trace.getSpanContext(context);
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  const { traceId, spanId, traceFlags } = span;
  return { traceId, spanId, traceFlags };
}
