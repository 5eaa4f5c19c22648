import { type Attributes, createTraceState } from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import * as fc from "fast-check";
import { parentBased } from "../../src/trace/parent-based.ts";
import { alwaysOff, alwaysOn, type Sampler, traceIdRatioBased } from "../../src/trace/sampler.ts";

/** The same sampler as made by us and by the official SDK; undefined is the default of either. */
export interface SamplerPair {
  readonly ours: Sampler | undefined;
  readonly theirs: Sampler | undefined;
}

/** A user's own sampler: all three decisions by the trace id, with or without attributes and a tracestate. */
function marking(attributes: Attributes | undefined, traceState: string | undefined): Sampler {
  return {
    shouldSample: (_, traceId, name) => ({
      decision: (Number.parseInt(traceId.slice(-2), 16) + name.length) % 3,
      ...(attributes === undefined ? {} : { attributes }),
      ...(traceState === undefined ? {} : { traceState: createTraceState(traceState) }),
    }),
    toString: () => "marking",
  };
}

const DELEGATES = [
  "remoteParentSampled",
  "remoteParentNotSampled",
  "localParentSampled",
  "localParentNotSampled",
] as const;

const leaf: fc.Arbitrary<{ ours: Sampler; theirs: Sampler }> = fc.oneof(
  fc.constant({ ours: alwaysOn(), theirs: new AlwaysOnSampler() }),
  fc.constant({ ours: alwaysOff(), theirs: new AlwaysOffSampler() }),
  fc
    .double({ min: -0.5, max: 1.5 })
    .map((ratio) => ({ ours: traceIdRatioBased(ratio), theirs: new TraceIdRatioBasedSampler(ratio) })),
  fc
    .tuple(
      fc.constantFrom(undefined, {}, { sampler: "marking", a: "of the sampler", "": 1, bad: 1n as never }),
      fc.constantFrom(undefined, "", "marking=1"),
    )
    .map(([attributes, traceState]) => marking(attributes, traceState))
    .map((sampler) => ({ ours: sampler, theirs: sampler })),
);

const parentBasedPair = fc
  .record(
    {
      root: leaf,
      ...(Object.fromEntries(DELEGATES.map((name) => [name, leaf])) as Record<
        (typeof DELEGATES)[number],
        typeof leaf
      >),
    },
    { requiredKeys: ["root"] },
  )
  .map(({ root, ...delegates }) => {
    const of = (side: "ours" | "theirs") => ({
      root: root[side],
      ...Object.fromEntries(Object.entries(delegates).map(([name, pair]) => [name, pair[side]])),
    });
    return { ours: parentBased(of("ours")), theirs: new ParentBasedSampler(of("theirs")) };
  });

export const anySamplerPair: fc.Arbitrary<SamplerPair> = fc.oneof(
  fc.constant({ ours: undefined, theirs: undefined }),
  leaf,
  parentBasedPair,
);

/** One of the two in each SDK, chosen freely: each SDK takes the other's. */
export const anySamplers: fc.Arbitrary<SamplerPair> = fc
  .tuple(anySamplerPair, fc.boolean(), fc.boolean())
  .map(([pair, isOursTheirs, isTheirsOurs]) => ({
    ours: isOursTheirs ? pair.theirs : pair.ours,
    theirs: isTheirsOurs ? pair.ours : pair.theirs,
  }));
