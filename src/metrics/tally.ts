import type { MeterProvider } from "@opentelemetry/api";
import { processWide } from "../core/process-wide.ts";

/** How much was measured with one provider, and how much of that it has collected. */
export interface Tally {
  measured: number;
  collected: number;
}

/** Of all copies of this package. */
const tallies = processWide("tallies", () => new WeakMap<MeterProvider, Tally>());

export function tallyOf(provider: MeterProvider): Tally {
  let tally = tallies.get(provider);
  if (tally === undefined) tallies.set(provider, (tally = { measured: 0, collected: 0 }));
  return tally;
}
