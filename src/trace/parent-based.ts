import { TraceFlags } from "@opentelemetry/api";
import { alwaysOff, alwaysOn, type Origin, originOf, OwnSampler, type Sampler } from "./sampler.ts";

export interface ParentBasedOptions {
  /** Decides on spans without a parent. */
  readonly root: Sampler;
  /** Default of each that is sampled: `alwaysOn()`; of each that is not: `alwaysOff()`. */
  readonly remoteParentSampled?: Sampler;
  readonly remoteParentNotSampled?: Sampler;
  readonly localParentSampled?: Sampler;
  readonly localParentNotSampled?: Sampler;
}

/** As the parent was decided; a root as `root` says.  (Specification: ParentBased) */
export function parentBased(options: ParentBasedOptions): Sampler {
  // Who writes JavaScript may leave out what the type asks for.
  const given: Partial<ParentBasedOptions> = { ...options };
  const delegates: Required<ParentBasedOptions> = {
    root: given.root ?? alwaysOn(),
    remoteParentSampled: given.remoteParentSampled ?? alwaysOn(),
    remoteParentNotSampled: given.remoteParentNotSampled ?? alwaysOff(),
    localParentSampled: given.localParentSampled ?? alwaysOn(),
    localParentNotSampled: given.localParentNotSampled ?? alwaysOff(),
  };
  const sampler = Object.values(delegates).every((each) => each instanceof OwnSampler)
    ? new OwnSampler("", (origin) => (delegateFor(origin, delegates) as OwnSampler).isSampled(origin))
    : askingDelegates(delegates);
  sampler.toString = () =>
    `ParentBased{${Object.entries(delegates)
      .map(([name, delegate]) => `${name}=${delegate.toString()}`)
      .join(", ")}}`;
  return sampler;
}

function askingDelegates(delegates: Required<ParentBasedOptions>): Sampler {
  return {
    shouldSample: (context, traceId, ...span) =>
      delegateFor(originOf(context, traceId), delegates).shouldSample(context, traceId, ...span),
  };
}

function delegateFor(
  { parentSpanId, isParentRemote, traceFlags }: Origin,
  delegates: Required<ParentBasedOptions>,
): Sampler {
  if (parentSpanId === undefined) return delegates.root;
  const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  if (isParentRemote === true)
    return isSampled ? delegates.remoteParentSampled : delegates.remoteParentNotSampled;
  return isSampled ? delegates.localParentSampled : delegates.localParentNotSampled;
}
