import type { Observation } from "./programs.ts";

/** What one flow of a program holds: what it saw, and by slot its tokens and snapshots, whatever they are made of. */
export interface Stage<Token, Snapshot> {
  readonly trace: Observation[];
  readonly tokens: Record<string, Token>;
  readonly snapshots: Record<number, Snapshot>;
}

/** A flow that runs while `parent` waits sees what that one holds; one that runs beside it begins with nothing. */
export function openStage<Token, Snapshot>(parent?: Stage<Token, Snapshot>): Stage<Token, Snapshot> {
  return {
    trace: [],
    tokens: Object.create(parent?.tokens ?? null) as Record<string, Token>,
    snapshots: Object.create(parent?.snapshots ?? null) as Record<number, Snapshot>,
  };
}

/** What a child kept is its parent's when it has ended. */
export function takeOver<Token, Snapshot>(
  stage: Stage<Token, Snapshot>,
  child: Stage<Token, Snapshot>,
): void {
  Object.assign(stage.tokens, child.tokens);
  Object.assign(stage.snapshots, child.snapshots);
}
