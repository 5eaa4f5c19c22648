import {
  type Attributes,
  type Context as ApiContext,
  type MeterProvider,
  ROOT_CONTEXT,
  trace,
} from "@opentelemetry/api";
import type {
  HandedInstrument,
  HandedMeasurements,
  HandedObservation,
  ObservableKind,
  SynchronousKind,
} from "./handed-measurements.ts";

type Record = (value: number, attributes: Attributes, context: ApiContext) => void;

/** An observable instrument of a worker: what it has observed last. */
interface Watched {
  observed: HandedObservation[1];
  /** It is asked no more. */
  readonly end: () => void;
}

/** Measures with one provider what one worker hands over. */
export class HandedMetrics {
  readonly #provider: MeterProvider;
  readonly #thread: number;
  /** By the place of the instrument. */
  readonly #recorders = new Map<number, Record>();
  readonly #watched = new Map<number, Watched>();

  constructor(provider: MeterProvider, thread: number) {
    this.#provider = provider;
    this.#thread = thread;
  }

  /** Returns how many measurements there were. */
  measure({ instruments, measurements, observations }: HandedMeasurements): number {
    for (const instrument of instruments) this.#make(instrument);
    for (const [place, value, attributes, span] of measurements)
      this.#recorders.get(place)?.(
        value,
        attributes,
        span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span),
      );
    for (const [place, observed] of observations) {
      const watched = this.#watched.get(place);
      if (watched !== undefined) watched.observed = observed;
    }
    return measurements.length;
  }

  /** The worker is no more, and nothing of it is observed. */
  end(): void {
    for (const { end } of this.#watched.values()) end();
    this.#watched.clear();
  }

  #make({ place, meter, kind, name, options }: HandedInstrument): void {
    const own = this.#provider.getMeter(...meter);
    if (isObservable(kind)) {
      const instrument = own[kind](name, options);
      const watched: Watched = { observed: [], end: () => instrument.removeCallback(ask) };
      const ask: Parameters<typeof instrument.addCallback>[0] = (result) => {
        // Each thread observes its own: one is not to stand in the place of another.
        for (const [value, attributes] of watched.observed)
          result.observe(value, { ...attributes, "thread.id": this.#thread });
      };
      instrument.addCallback(ask);
      this.#watched.set(place, watched);
    } else {
      const instrument = own[kind](name, options);
      this.#recorders.set(place, (...measurement) =>
        "add" in instrument ? instrument.add(...measurement) : instrument.record(...measurement),
      );
    }
  }
}

function isObservable(kind: SynchronousKind | ObservableKind): kind is ObservableKind {
  return kind.startsWith("createObservable");
}
