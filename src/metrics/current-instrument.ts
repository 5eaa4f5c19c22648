import { createNoopMeter, type Meter, type MeterProvider } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { meterProviderIn, providersIn } from "../context/current.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { collectOfProcess, delegating } from "./collected.ts";
import type { Declaration } from "./declaration.ts";

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

/**
 * A look-up of an instrument in the provider of a context. HOT: it is made once for each provider, and kept no longer than
 * that is, but for the one that was used last.
 */
export function currentInstrument<Instrument>(
  { meterOf, providerIn }: MeterSource,
  declaration: Declaration | undefined,
  create: (meter: Meter, declaration: Declaration) => Instrument,
): (context: Context) => Instrument {
  const known = new WeakMap<MeterProvider, Instrument>();
  let provider: MeterProvider | undefined;
  let instrument: Instrument | undefined;
  const lookUp = (current: MeterProvider, context: Context): Instrument => {
    let found = known.get(current);
    if (found === undefined) {
      const meter = meterOf(current);
      ignoreRejection(meter);
      found = create(meter, declaration ?? NAMELESS);
      ignoreRejection(found);
      known.set(current, found);
      // Another SDK's, which nobody has told us of.
      if (providersIn(context) === undefined) collectOfProcess(current);
    }
    return found;
  };
  return (context) => {
    const current = declaration === undefined ? SILENT : providerIn(context);
    if (instrument === undefined || current !== provider) {
      instrument = lookUp(current, context);
      provider = current;
    }
    return instrument;
  };
}

const NAMELESS: Declaration = { name: "nameless", options: {}, keys: undefined };
