import type * as Api from "@opentelemetry/api";
import type { Meter, MeterProvider, ObservableCallback, ObservableResult } from "@opentelemetry/api";
import { isPromise } from "node:util/types";
import { currentContext, runIn } from "../context/current.ts";
import type { Providers } from "../context/providers.ts";
import { describe, report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { AttributeRule } from "./attribute-rule.ts";
import { type RegisteredCallback, asking, register, unregister } from "./callback-registry.ts";
import type { MeterSource } from "./current-instrument.ts";
import type { Declaration } from "./declaration.ts";
import { PerOwner } from "./per-owner.ts";
import { isMeasurement, reportValue } from "./measurements.ts";

export interface ObservableKind {
  /** The least that an observation may be: 0, or -Infinity for any finite one. */
  readonly least: number;
  readonly create: (meter: Meter, declaration: Declaration) => Api.Observable;
}

export const OBSERVABLE_COUNTER: ObservableKind = {
  least: 0,
  create: (meter, { name, options }) => meter.createObservableCounter(name, options),
};

export const OBSERVABLE_UP_DOWN_COUNTER: ObservableKind = {
  least: -Infinity,
  create: (meter, { name, options }) => meter.createObservableUpDownCounter(name, options),
};

export const OBSERVABLE_GAUGE: ObservableKind = {
  least: -Infinity,
  create: (meter, { name, options }) => meter.createObservableGauge(name, options),
};

/** An observable instrument of the API that is asked by whatever collects: it has an instrument in each provider. */
export class Observable implements Api.Observable {
  readonly #source: MeterSource;
  readonly #declaration: Declaration | undefined;
  readonly #kind: ObservableKind;
  readonly #rule: AttributeRule;
  readonly #instruments = new WeakMap<MeterProvider, Api.Observable>();
  readonly #callbacks = new PerOwner(() => new Map<ObservableCallback, RegisteredCallback>());

  constructor(source: MeterSource, declaration: Declaration | undefined, kind: ObservableKind) {
    this.#source = source;
    this.#declaration = declaration;
    this.#kind = kind;
    this.#rule = new AttributeRule(this.name, declaration?.keys);
  }

  get name(): string {
    return this.#declaration === undefined ? "without a name" : describe(this.#declaration.name);
  }

  /** Undefined for one that was declared with no name. */
  instrumentIn(provider: MeterProvider): Api.Observable | undefined {
    if (this.#declaration === undefined) return undefined;
    let instrument = this.#instruments.get(provider);
    if (instrument === undefined) {
      const meter = this.#source.meterOf(provider);
      ignoreRejection(meter);
      instrument = this.#kind.create(meter, this.#declaration);
      ignoreRejection(instrument);
      this.#instruments.set(provider, instrument);
    }
    return instrument;
  }

  addCallback(callback: ObservableCallback): void {
    if (typeof callback !== "function") return reportNoCallback(this.name, callback);
    const own = this.#callbacks.current();
    if (own.has(callback)) return;
    const registered: RegisteredCallback = {
      attach: (provider, providers) => {
        const instrument = this.instrumentIn(provider);
        const ask: ObservableCallback = (result) =>
          askGuarded(this.name, providers, () => callback(this.#checked(result)));
        ignoreRejection(instrument?.addCallback(ask));
        return () => instrument?.removeCallback(ask);
      },
    };
    own.set(callback, registered);
    register(registered);
  }

  removeCallback(callback: ObservableCallback): void {
    const own = this.#callbacks.current();
    // Where the current telemetry has none, that of whichever has.
    for (const each of own.has(callback) ? [own] : this.#callbacks.all()) {
      const registered = each.get(callback);
      each.delete(callback);
      if (registered !== undefined) unregister(registered);
    }
  }

  /** Gives on what is a measurement; the rest is reported. */
  observe(
    value: unknown,
    attributes: unknown,
    giveOn: (value: number, attributes: Api.Attributes) => void,
  ): void {
    if (isMeasurement(value, this.#kind.least)) giveOn(value, this.#rule.given(attributes));
    else reportValue(this.name, value, this.#kind.least);
  }

  #checked(result: ObservableResult): ObservableResult {
    return {
      observe: (value, attributes) =>
        this.observe(value, attributes, (sane, own) => result.observe(sane, own)),
    };
  }
}

/** Whose callbacks were asked, and have not answered yet. */
const unanswered = new Set<string>();

/** The names of the observable metrics that keep their collection waiting, or did so until it gave them up. */
export function unansweredMetrics(): readonly string[] {
  return [...unanswered];
}

/** Asks what somebody else has written: what it throws, or its promise, costs its own measurements alone. */
export function askGuarded(
  name: string,
  providers: Providers | undefined,
  ask: () => void | Promise<void>,
): void | Promise<void> {
  const failed = (thrown: unknown): void =>
    report("callback_failed", `a callback of observable metric ${name} failed (${describe(thrown)})`);
  try {
    const current = currentContext();
    const context = providers === undefined ? current : current.withProviders(providers);
    const answer: unknown = asking(() => runIn(context, ask));
    if (!isPromise(answer)) return undefined;
    unanswered.add(name);
    return answer.then(() => {}, failed).finally(() => unanswered.delete(name));
  } catch (thrown) {
    return failed(thrown);
  }
}

export function reportNoCallback(name: string, given: unknown): void {
  report(
    "invalid_argument",
    `observable metric ${name} was given ${nounFor(given)} in the place of a callback`,
  );
}
