import { partOf } from "../core/part.ts";
import { alwaysOn, type Sampler, SamplingDecision } from "./sampler.ts";

/**
 * Records also what `root` would leave out: processors see every span, exporters those that `root` samples.
 * (Specification: AlwaysRecord)
 *
 * @example
 * const sampler = alwaysRecord(traceIdRatioBased(0.1));
 */
export function alwaysRecord(root: Sampler): Sampler {
  const sampler = partOf("the sampler of alwaysRecord()", root ?? null, "shouldSample") ?? alwaysOn();
  return {
    shouldSample: (...asked) => {
      const result = sampler.shouldSample(...asked);
      return result.decision === SamplingDecision.NOT_RECORD
        ? { ...result, decision: SamplingDecision.RECORD }
        : result;
    },
    toString: () => `AlwaysRecordSampler{${sampler.toString()}}`,
  };
}
