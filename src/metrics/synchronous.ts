import type * as Api from "@opentelemetry/api";
import type { Attributes } from "@opentelemetry/api";
import type { MeterSource } from "./current-instrument.ts";
import type { Declaration } from "./declaration.ts";
import type { Counter, Gauge, Histogram, UpDownCounter } from "./instruments.ts";
import { type Kind, measurements } from "./measurements.ts";
import { Timing } from "./timing.ts";

const COUNTER: Kind<Api.Counter> = {
  least: 0,
  create: (meter, { name, options }) => meter.createCounter(name, options),
  record: (counter, value, attributes, context) => counter.add(value, attributes, context),
};

const UP_DOWN_COUNTER: Kind<Api.UpDownCounter> = {
  least: -Infinity,
  create: (meter, { name, options }) => meter.createUpDownCounter(name, options),
  record: (counter, value, attributes, context) => counter.add(value, attributes, context),
};

const GAUGE: Kind<Api.Gauge> = {
  least: -Infinity,
  create: (meter, { name, options }) => meter.createGauge(name, options),
  record: (gauge, value, attributes, context) => gauge.record(value, attributes, context),
};

export const HISTOGRAM: Kind<Api.Histogram> = {
  least: 0,
  create: (meter, { name, options }) => meter.createHistogram(name, options),
  record: (histogram, value, attributes, context) => histogram.record(value, attributes, context),
};

export function counterOf(source: MeterSource, declaration: Declaration | undefined): Counter {
  return adder(source, declaration, COUNTER);
}

export function upDownCounterOf(source: MeterSource, declaration: Declaration | undefined): UpDownCounter {
  return adder(source, declaration, UP_DOWN_COUNTER);
}

function adder(
  source: MeterSource,
  declaration: Declaration | undefined,
  kind: Kind<Api.Counter>,
): Counter & UpDownCounter {
  const { measure, own, measureWith } = measurements(source, declaration, kind);
  return {
    add: measure,
    bind: (attributes) => {
      const bound = own(attributes);
      return { add: (value) => measureWith(bound, value) };
    },
  };
}

export function gaugeOf(source: MeterSource, declaration: Declaration | undefined): Gauge {
  const { measure, own, measureWith } = measurements(source, declaration, GAUGE);
  return {
    record: measure,
    bind: (attributes) => {
      const bound = own(attributes);
      return { record: (value) => measureWith(bound, value) };
    },
  };
}

export function histogramOf(source: MeterSource, declaration: Declaration | undefined): Histogram {
  const { measure, own, measureWith } = measurements(source, declaration, HISTOGRAM);
  const timing = new Timing(declaration);
  const time = <Result>(bound: Attributes, fn: () => Result): Result =>
    timing.time(fn, (value, more) =>
      measureWith(more === undefined ? bound : { ...bound, ...own(more) }, value),
    );
  return {
    record: measure,
    time: <Result>(attributesOrFn: object, fn?: () => Result): Result =>
      fn === undefined ? time(own(undefined), attributesOrFn as () => Result) : time(own(attributesOrFn), fn),
    bind: (attributes) => {
      const bound = own(attributes);
      return { record: (value) => measureWith(bound, value), time: (fn) => time(bound, fn) };
    },
  };
}
