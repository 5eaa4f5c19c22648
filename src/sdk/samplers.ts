import { parentBased } from "../trace/parent-based.ts";
import { alwaysOff, alwaysOn, type Sampler, traceIdRatioBased } from "../trace/sampler.ts";

/** What OTEL_TRACES_SAMPLER may be.  (Specification: General SDK Configuration) */
export const SAMPLER_NAMES = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

export type SamplerName = (typeof SAMPLER_NAMES)[number];

/** The sampler of that name; `ratio` for those that have one. */
export function samplerNamed(name: SamplerName, ratio = 1): Sampler {
  const root = rootNamed(name.replace("parentbased_", ""), ratio);
  return name.startsWith("parentbased_") ? parentBased({ root }) : root;
}

function rootNamed(name: string, ratio: number): Sampler {
  if (name === "traceidratio") return traceIdRatioBased(ratio);
  return name === "always_off" ? alwaysOff() : alwaysOn();
}
