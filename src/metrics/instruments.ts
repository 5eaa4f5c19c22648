import type { AttributeValue, Context, MetricOptions } from "@opentelemetry/api";

/** Attributes of a measurement: of the instrument's keys alone, where it has named them. */
export type MeasuredAttributes<Key extends string = string> = {
  readonly [Name in Key]?: AttributeValue | undefined;
};

/** What an instrument is declared with. */
export interface InstrumentOptions<Key extends string = string> extends MetricOptions {
  /**
   * The only keys that its measurements may have: another is an error of types, and dropped and counted where it comes all
   * the same. So the owner of an instrument decides how many series it can have. The attribute of a context variable is
   * stamped on its measurements where it is one of these.
   */
  readonly attributeKeys?: readonly Key[] | undefined;
}

export interface Counter<Key extends string = string> {
  /** Adds `value` (≥ 0, finite, in the counter's unit) to the series with these attributes. Never throws. */
  add(value: number, attributes?: MeasuredAttributes<Key>, context?: Context): void;
  /** The same with these attributes each time, which are checked and copied now. */
  bind(attributes: MeasuredAttributes<Key>): BoundCounter;
}

export interface UpDownCounter<Key extends string = string> {
  /** Adds `value` (finite, also below 0) to the series with these attributes. Never throws. */
  add(value: number, attributes?: MeasuredAttributes<Key>, context?: Context): void;
  /** The same with these attributes each time, which are checked and copied now. */
  bind(attributes: MeasuredAttributes<Key>): BoundCounter;
}

/** A counter or an up-down counter with its attributes; it finds its provider at each use, as they do. */
export interface BoundCounter {
  add(value: number): void;
}

export interface Gauge<Key extends string = string> {
  /** Records what is now (finite, in the gauge's unit). Never throws. */
  record(value: number, attributes?: MeasuredAttributes<Key>, context?: Context): void;
  /** The same with these attributes each time, which are checked and copied now. */
  bind(attributes: MeasuredAttributes<Key>): BoundGauge;
}

export interface BoundGauge {
  record(value: number): void;
}

export interface Histogram<Key extends string = string> {
  /** Records one measurement (≥ 0, finite, in the histogram's unit). Never throws. */
  record(value: number, attributes?: MeasuredAttributes<Key>, context?: Context): void;
  /**
   * Calls `fn`, returns what it returns, as `withSpan` does, and records how long that took until it returned or its
   * promise settled, in the histogram's unit: s, ms, us or ns. What throws is measured too, with
   * `error.type` where the histogram's attributeKeys have it.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   */
  time<Result>(attributes: MeasuredAttributes<Key>, fn: () => Result): Result;
  time<Result>(fn: () => Result): Result;
  /** The same with these attributes each time, which are checked and copied now. */
  bind(attributes: MeasuredAttributes<Key>): BoundHistogram;
}

export interface BoundHistogram {
  record(value: number): void;
  /** @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none */
  time<Result>(fn: () => Result): Result;
}

/** Tells one measurement of an observable instrument. */
export type Observe<Key extends string = string> = (
  value: number,
  attributes?: MeasuredAttributes<Key>,
) => void;

/** What an observable instrument asks at each collection; it may be async. */
export type Observation<Key extends string = string> = (observe: Observe<Key>) => void | Promise<void>;

/** An observable instrument that is asked at each collection until it is ended. */
export interface Observed extends Disposable {
  /** From now on it is not asked any more. */
  end(): void;
}
