import { CONTEXT_MUTATIONS } from "./context-mutants.ts";
import { METRICS_MUTATIONS, STAMP_MUTATIONS } from "./metrics-mutants.ts";
import { TRACE_MUTATIONS } from "./trace-mutants.ts";

/** One way to break src: what it does then, and the one place of the text that makes it do so. */
export interface Mutation {
  readonly name: string;
  /** Under src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A folder of src whose tests, those of the same folder of test, must catch what is broken. */
export type Room = "context" | "metrics" | "trace";

export interface Mutant extends Mutation {
  readonly room: Room;
}

const of = (room: Room, mutations: readonly Mutation[]): Mutant[] =>
  mutations.map((mutation) => ({ room, ...mutation }));

/** Each must make some test of its room fail: one that lives shows a sentence that no test proves. */
export const MUTANTS: readonly Mutant[] = [
  ...of("context", CONTEXT_MUTATIONS),
  ...of("context", STAMP_MUTATIONS),
  ...of("metrics", METRICS_MUTATIONS),
  ...of("trace", TRACE_MUTATIONS),
];

/** Tests that say nothing of a mutant, for they run the built package. */
export const OF_THE_BUILD: Readonly<Record<Room, readonly string[]>> = {
  context: ["broken-managers-cost-nothing", "the-hosts-own-context-stays"],
  metrics: [],
  trace: ["traced-decorates-methods"],
};
