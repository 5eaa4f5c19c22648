import type { Attributes, Observable } from "@opentelemetry/api";
import { isPromise } from "node:util/types";

/** One value that was measured. */
export interface Measurement {
  readonly value: number;
  readonly attributes: Attributes;
}

/** Tells a measurement of an observable instrument. */
type Tell = (observable: Observable, value: number, attributes?: Attributes) => void;

/** A callback of observable instruments, and what it has answered last. */
export class Asking {
  readonly #callback: (tell: Tell) => void | Promise<void>;
  #isAsking = false;
  #answer: ReadonlyMap<Observable, ReadonlyMap<string, Measurement>> = new Map();

  constructor(callback: (tell: Tell) => void | Promise<void>) {
    this.#callback = callback;
  }

  /**
   * One that looks at the measurements itself is not asked again meanwhile. One that is async is known to have answered
   * when its promise resolves: at a later look.
   */
  ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#ask();
    } finally {
      this.#isAsking = false;
    }
  }

  #ask(): void {
    // Of one set of attributes the last counts.  (Specification: Metrics API, Asynchronous Instrument)
    const answer = new Map<Observable, Map<string, Measurement>>();
    const told = this.#callback((observable, value, attributes = {}) => {
      const series = answer.get(observable) ?? new Map<string, Measurement>();
      answer.set(observable, series.set(seriesOf(attributes), { value, attributes }));
    });
    const keep = (): void => {
      this.#answer = answer;
    };
    if (isPromise(told)) void told.then(keep);
    else keep();
  }

  answersFor(observable: Observable): readonly Measurement[] {
    return [...(this.#answer.get(observable)?.values() ?? [])];
  }
}

/** The same for the same attributes, in whatever order. */
export function seriesOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).toSorted(byKey));
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
