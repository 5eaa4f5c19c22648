import { TraceFlags } from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import { partOf } from "../core/part.ts";
import { alwaysOff, alwaysOn, type Origin, originOf, OwnSampler, type Sampler } from "./sampler.ts";

/** Who decides, by the parent: in another process or in this one, sampled or not. */
export interface ParentBasedOptions {
  /** On spans without a parent. */
  readonly root: Sampler;
  /** Default: `alwaysOn()`. */
  readonly remoteParentSampled?: Sampler;
  /** Default: `alwaysOff()`. */
  readonly remoteParentNotSampled?: Sampler;
  /** Default: `alwaysOn()`. */
  readonly localParentSampled?: Sampler;
  /** Default: `alwaysOff()`. */
  readonly localParentNotSampled?: Sampler;
}

/** As the parent was decided; a root as `root` says.  (Specification: ParentBased) */
export function parentBased(options: ParentBasedOptions): Sampler {
  const given = readable(options);
  if (given.root === undefined)
    report("invalid_configuration", "parentBased({ root }) was given no root: all are sampled");
  const chosen = (name: keyof ParentBasedOptions, byDefault: Sampler): Sampler =>
    partOf(`${name} of parentBased()`, given[name], "shouldSample") ?? byDefault;
  const delegates: Required<ParentBasedOptions> = {
    root: chosen("root", alwaysOn()),
    remoteParentSampled: chosen("remoteParentSampled", alwaysOn()),
    remoteParentNotSampled: chosen("remoteParentNotSampled", alwaysOff()),
    localParentSampled: chosen("localParentSampled", alwaysOn()),
    localParentNotSampled: chosen("localParentNotSampled", alwaysOff()),
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

function readable(options: ParentBasedOptions): Partial<ParentBasedOptions> {
  try {
    return { ...options };
  } catch (thrown) {
    report("invalid_configuration", `the options of parentBased() could not be read (${describe(thrown)})`);
    return {};
  }
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
