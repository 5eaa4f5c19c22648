import type { Attributes, Context as ApiContext, Meter } from "@opentelemetry/api";
import { Context } from "../context/context.ts";
import { capture, currentContext } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { AttributeRule } from "./attribute-rule.ts";
import { currentInstrument, type MeterSource } from "./current-instrument.ts";
import type { Declaration } from "./declaration.ts";

/** A kind of instrument: how a meter makes one, and how that is given a measurement. */
export interface Kind<Instrument> {
  /** The least that a measurement may be: 0, or -Infinity for any finite one. */
  readonly least: number;
  readonly create: (meter: Meter, declaration: Declaration) => Instrument;
  readonly record: (
    instrument: Instrument,
    value: number,
    attributes: Attributes,
    context: Context,
  ) => unknown;
}

/** How one instrument is measured with. */
export interface Measurements {
  /** In the current context or a given one. */
  readonly measure: (value: number, attributes?: unknown, context?: ApiContext) => void;
  /** Those of given attributes that are attributes of this instrument, to measure with again and again. */
  readonly own: (attributes: unknown) => Attributes;
  readonly measureWith: (own: Attributes, value: number) => void;
  /** For one whose value and attributes need no check. Never throws. */
  readonly record: (value: number, attributes: Attributes, context: Context) => void;
}

/** The measurements of one instrument: checked, and given to the instrument of whatever provider is current. HOT. */
export function measurements<Instrument>(
  source: MeterSource,
  declaration: Declaration | undefined,
  kind: Kind<Instrument>,
): Measurements {
  const name = declaration === undefined ? "without a name" : describe(declaration.name);
  const { least } = kind;
  const rule = new AttributeRule(name, declaration?.keys);
  const instrumentIn = currentInstrument(source, declaration, kind.create);
  const record = (value: number, attributes: Attributes, context: Context): void => {
    const { instrument, tally } = instrumentIn(context);
    tally.measured++;
    const result: unknown = kind.record(instrument, value, attributes, context);
    // Of another SDK's instrument that is async.
    if (result !== undefined) ignoreRejection(result);
  };
  return {
    record: (value, attributes, context) => {
      try {
        record(value, attributes, context);
      } catch (thrown) {
        reportLost(name, thrown);
      }
    },
    measure: (value, attributes, given) => {
      if (!isMeasurement(value, least)) return reportValue(name, value, least);
      try {
        const context = given === undefined ? currentContext() : capture(given);
        record(value, rule.of(attributes, context), context);
      } catch (thrown) {
        reportLost(name, thrown);
      }
    },
    own: (attributes) => Object.freeze(rule.given(attributes)),
    measureWith: (own, value) => {
      if (!isMeasurement(value, least)) return reportValue(name, value, least);
      try {
        const context = currentContext();
        record(value, rule.stamped(own, context), context);
      } catch (thrown) {
        reportLost(name, thrown);
      }
    },
  };
}

/** One value that is no measurement must not poison its series. */
export function isMeasurement(value: unknown, least: number): value is number {
  return typeof value === "number" && value >= least && Number.isFinite(value);
}

export function reportValue(name: string, value: unknown, least: number): void {
  const given = typeof value === "number" ? value : nounFor(value);
  const range = least === 0 ? " from 0" : "";
  report("invalid_argument", `metric ${name} was given ${given}; it takes finite numbers${range}`);
}

function reportLost(name: string, thrown: unknown): void {
  report("plugin_failed", `a measurement of metric ${name} was left out (${describe(thrown)})`);
}
