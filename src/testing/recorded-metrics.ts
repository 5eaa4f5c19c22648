import type {
  Attributes,
  BatchObservableCallback,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable,
  ObservableCallback,
} from "@opentelemetry/api";
import { isDeepStrictEqual } from "node:util";
import { Asking, type Measurement } from "./asking.ts";

export type MetricKind =
  | "counter"
  | "gauge"
  | "histogram"
  | "observableCounter"
  | "observableGauge"
  | "observableUpDownCounter"
  | "upDownCounter";

/** A metric as a test sees it: each measurement that was made. */
export interface RecordedMetric {
  readonly name: string;
  /** Undefined where no such metric was used. */
  readonly kind: MetricKind | undefined;
  readonly unit: string;
  /** In order; of an observable metric what it told as it was asked for this. */
  readonly measurements: readonly Measurement[];
  /**
   * Of the measurements that have at least these attributes: of a gauge the last, of any other the sum; undefined where
   * there is none.
   */
  value(attributes?: Attributes): number | undefined;
  /** How many measurements have at least these attributes. */
  count(attributes?: Attributes): number;
}

/** Whether the last measurement counts, and not the sum. */
export function isGauge(kind: MetricKind | undefined): boolean {
  return kind === "gauge" || kind === "observableGauge";
}

/** A meter provider that keeps each measurement as it was made, and aggregates none: a look at it needs no waiting. */
export class RecordedMetrics implements MeterProvider {
  readonly #instruments = new Map<string, Instrument>();
  /** By their callbacks. */
  readonly #askings = new Map<unknown, Asking>();

  getMeter(): Meter {
    const make =
      (kind: MetricKind) =>
      (name: string, options?: MetricOptions): Instrument =>
        this.#instrument(kind, name, options);
    return {
      createCounter: make("counter"),
      createUpDownCounter: make("upDownCounter"),
      createGauge: make("gauge"),
      createHistogram: make("histogram"),
      createObservableCounter: make("observableCounter"),
      createObservableUpDownCounter: make("observableUpDownCounter"),
      createObservableGauge: make("observableGauge"),
      addBatchObservableCallback: (callback) => this.#askBatch(callback),
      removeBatchObservableCallback: (callback) => void this.#askings.delete(callback),
    };
  }

  /** All with a measurement. */
  all(): readonly RecordedMetric[] {
    // Those that are there now: what an answer declares is asked at the next look.
    const askings = [...this.#askings.values()];
    for (const asking of askings) asking.ask();
    return [...this.#instruments.values()].filter(({ measurements }) => measurements.length > 0);
  }

  named(name: string): RecordedMetric {
    return (
      this.all().find((metric) => metric.name === name) ?? new Instrument(undefined, name, "", new Map())
    );
  }

  #instrument(kind: MetricKind, name: string, options: MetricOptions | undefined): Instrument {
    const key = `${kind} ${name}`;
    const known = this.#instruments.get(key);
    if (known !== undefined) return known;
    const instrument = new Instrument(kind, name, options?.unit ?? "", this.#askings);
    this.#instruments.set(key, instrument);
    return instrument;
  }

  #askBatch(callback: BatchObservableCallback): void {
    this.#askings.set(callback, new Asking((observe) => callback({ observe })));
  }
}

/** Of any kind, for all who make one of its name. */
class Instrument implements RecordedMetric, Observable {
  readonly kind: MetricKind | undefined;
  readonly name: string;
  readonly unit: string;
  readonly #askings: Map<unknown, Asking>;
  readonly #made: Measurement[] = [];

  constructor(kind: MetricKind | undefined, name: string, unit: string, askings: Map<unknown, Asking>) {
    this.kind = kind;
    this.name = name;
    this.unit = unit;
    this.#askings = askings;
  }

  add(value: number, attributes: Attributes = {}): void {
    this.#made.push({ value, attributes });
  }

  record(value: number, attributes?: Attributes): void {
    this.add(value, attributes);
  }

  addCallback(callback: ObservableCallback): void {
    const asking = new Asking((tell) =>
      callback({ observe: (value, attributes) => tell(this, value, attributes) }),
    );
    this.#askings.set(callback, asking);
  }

  removeCallback(callback: ObservableCallback): void {
    this.#askings.delete(callback);
  }

  get measurements(): readonly Measurement[] {
    return [...this.#made, ...[...this.#askings.values()].flatMap((asking) => asking.answersFor(this))];
  }

  value(attributes?: Attributes): number | undefined {
    const values = this.#with(attributes).map(({ value }) => value);
    if (values.length === 0 || isGauge(this.kind)) return values.at(-1);
    return values.reduce((sum, value) => sum + value);
  }

  count(attributes?: Attributes): number {
    return this.#with(attributes).length;
  }

  #with(attributes: Attributes | undefined): Measurement[] {
    const wanted = Object.entries(attributes ?? {});
    return this.measurements.filter((measurement) =>
      wanted.every(([key, value]) => isDeepStrictEqual(measurement.attributes[key], value)),
    );
  }
}
