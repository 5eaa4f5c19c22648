import type { Attributes, MeterOptions, MetricOptions, SpanContext } from "@opentelemetry/api";

export type SynchronousKind = "createCounter" | "createUpDownCounter" | "createGauge" | "createHistogram";
export type ObservableKind =
  | "createObservableCounter"
  | "createObservableUpDownCounter"
  | "createObservableGauge";

/** An instrument that a worker has made: of which meter, by which of its methods, and what it was asked for. */
export interface HandedInstrument {
  /** Of those of this worker. */
  readonly place: number;
  readonly meter: readonly [name: string, version: string | undefined, options: MeterOptions | undefined];
  readonly kind: SynchronousKind | ObservableKind;
  readonly name: string;
  readonly options: MetricOptions;
}

/** One measurement, by the place of its instrument, with the span for an exemplar. */
export type HandedMeasurement = readonly [
  instrument: number,
  value: number,
  attributes: Attributes,
  span: SpanContext | undefined,
];

/** What an observable instrument has observed: all of it. */
export type HandedObservation = readonly [
  instrument: number,
  observed: readonly (readonly [value: number, attributes: Attributes])[],
];

/** What was measured in a worker since it last handed over. Can be cloned to another thread. */
export interface HandedMeasurements {
  /** Those that are new. */
  readonly instruments: readonly HandedInstrument[];
  readonly measurements: readonly HandedMeasurement[];
  readonly observations: readonly HandedObservation[];
}
