import { createNoopMeter, type Meter, type MeterProvider } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { meterProviderIn, providersIn } from "../context/current.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { attachCallbacksOfProcess, delegating } from "./callback-registry.ts";
import type { Declaration } from "./declaration.ts";
import { type Tally, tallyOf } from "./tally.ts";

/** Where the instruments of one instrumentation scope come from. */
export interface MeterSource {
  readonly meterOf: (provider: MeterProvider) => Meter;
  readonly providerIn: (context: Context) => MeterProvider;
}

export function meterSource(library: string, version?: string): MeterSource {
  return { meterOf: (provider) => provider.getMeter(library, version), providerIn: meterProviderIn };
}

/** Where nothing is measured. */
export const SILENT: MeterProvider = delegating({ getMeter: () => createNoopMeter() });

/** An instrument, and how much is measured with its provider. */
interface Used<Instrument> {
  readonly instrument: Instrument;
  readonly tally: Tally;
}

/**
 * A look-up of an instrument in the provider of a context. HOT: it is made once for each provider, and kept no longer than
 * that is, but for the one that was used last.
 */
export function currentInstrument<Instrument>(
  { meterOf, providerIn }: MeterSource,
  declaration: Declaration | undefined,
  create: (meter: Meter, declaration: Declaration) => Instrument,
): (context: Context) => Used<Instrument> {
  const known = new WeakMap<MeterProvider, Used<Instrument>>();
  let provider: MeterProvider | undefined;
  let used: Used<Instrument> | undefined;
  const lookUp = (current: MeterProvider, context: Context): Used<Instrument> => {
    let found = known.get(current);
    if (found === undefined) {
      const meter = meterOf(current);
      ignoreRejection(meter);
      const instrument = create(meter, declaration ?? NAMELESS);
      ignoreRejection(instrument);
      known.set(current, (found = { instrument, tally: tallyOf(current) }));
      // Another SDK's, which nobody has told us of.
      if (providersIn(context) === undefined) attachCallbacksOfProcess(current);
    }
    return found;
  };
  return (context) => {
    const current = declaration === undefined ? SILENT : providerIn(context);
    if (used === undefined || current !== provider) {
      used = lookUp(current, context);
      provider = current;
    }
    return used;
  };
}

const NAMELESS: Declaration = { name: "nameless", options: {}, keys: undefined };
