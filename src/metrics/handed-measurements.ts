import {
  type Attributes,
  type Context as ApiContext,
  createNoopMeter,
  type Meter,
  type MeterOptions,
  type MeterProvider,
  type MetricOptions,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

type Kind = "createCounter" | "createUpDownCounter" | "createGauge" | "createHistogram";

/** An instrument that a worker has made: of which meter, and what it was asked for. */
interface HandedInstrument {
  readonly meter: readonly [name: string, version: string | undefined, options: MeterOptions | undefined];
  readonly kind: Kind;
  readonly name: string;
  readonly options: MetricOptions;
}

/** One measurement, with the place of its instrument among all that were ever handed over, and the span for an exemplar. */
type HandedMeasurement = readonly [
  instrument: number,
  value: number,
  attributes: Attributes,
  span: SpanContext | undefined,
];

/** What was measured in a worker since it last handed over. Can be cloned to another thread. */
export interface HandedMeasurements {
  /** Those that are new. */
  readonly instruments: readonly HandedInstrument[];
  readonly measurements: readonly HandedMeasurement[];
}

/**
 * In a worker: keeps each measurement for the thread that aggregates, so that there is one series for all threads.
 * Observable instruments are not asked here.
 */
export class HandingMeterProvider implements MeterProvider {
  #instruments: HandedInstrument[] = [];
  #made = 0;
  #measurements: HandedMeasurement[] = [];
  readonly #most: number;
  readonly #full: () => void;

  /** `full` is called once so many measurements wait. */
  constructor(most: number, full: () => void) {
    this.#most = most;
    this.#full = full;
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    const make =
      (kind: Kind) =>
      (instrumentName: string, given: MetricOptions = {}) => {
        const record = this.#recorder({
          meter: [name, version, options],
          kind,
          name: instrumentName,
          options: given,
        });
        return { add: record, record };
      };
    const noop = createNoopMeter();
    return Object.assign(noop, {
      createCounter: make("createCounter"),
      createUpDownCounter: make("createUpDownCounter"),
      createGauge: make("createGauge"),
      createHistogram: make("createHistogram"),
    });
  }

  /** Undefined where nothing was measured. */
  take(): HandedMeasurements | undefined {
    if (this.#measurements.length === 0) return undefined;
    const handed = { instruments: this.#instruments, measurements: this.#measurements };
    this.#instruments = [];
    this.#measurements = [];
    return handed;
  }

  #recorder(
    instrument: HandedInstrument,
  ): (value: number, attributes?: Attributes, context?: ApiContext) => void {
    this.#instruments.push(instrument);
    const place = this.#made++;
    return (value, attributes = {}, context = ROOT_CONTEXT) => {
      this.#measurements.push([place, value, attributes, exemplarIn(context)]);
      if (this.#measurements.length >= this.#most) this.#full();
    };
  }
}

/** Of spans that are recorded alone.  (Specification: Metrics SDK, TraceBased exemplar filter) */
function exemplarIn(context: ApiContext): SpanContext | undefined {
  const span = trace.getSpanContext(context);
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  const { traceId, spanId, traceFlags } = span;
  return { traceId, spanId, traceFlags };
}

/** Measures with one provider what one worker hands over. */
export class HandedMetrics {
  readonly #provider: MeterProvider;
  readonly #instruments: ((value: number, attributes: Attributes, context: ApiContext) => void)[] = [];

  constructor(provider: MeterProvider) {
    this.#provider = provider;
  }

  /** Returns how many there were. */
  measure({ instruments, measurements }: HandedMeasurements): number {
    for (const { meter, kind, name, options } of instruments) {
      const instrument = this.#provider.getMeter(...meter)[kind](name, options);
      this.#instruments.push((...measurement) =>
        "add" in instrument ? instrument.add(...measurement) : instrument.record(...measurement),
      );
    }
    for (const [place, value, attributes, span] of measurements)
      this.#instruments[place]?.(
        value,
        attributes,
        span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span),
      );
    return measurements.length;
  }
}
