import { setImmediate as turn } from "node:timers/promises";
import { ContextVariable } from "../../../src/context/context-variable.ts";
import { gather } from "../../../src/context/gather.ts";
import { emptyScope, scope } from "../../../src/context/open-scope.ts";
import { Snapshot } from "../../../src/context/snapshot.ts";
import type { Token } from "../../../src/context/token.ts";
import { openStage, type Stage, takeOver } from "./stage.ts";

/** What programs set; null stands for Python's None and for our undefined. */
export type Value = number | string | boolean | null;
export type Name = "a" | "b" | "c";
export type Body = readonly Step[];

/**
 * One step of a program. Tokens and snapshots are kept in slots; a step whose slot is empty does nothing. No outcome
 * depends on the schedule: flows that run at once are scopes, share no slots, and at most one of a gather throws.
 */
export type Step =
  | readonly ["get", Name]
  | readonly ["set", Name, Value, token: string]
  | readonly ["reset", Name, token: string]
  | readonly ["sleep", times: number]
  | readonly ["throw", label: number]
  | readonly ["catch", Body]
  /** An async function, awaited. */
  | readonly ["call", Body]
  | readonly ["scope", Body]
  | readonly ["empty", Body]
  | readonly ["run", Name, Value, Body]
  | readonly ["capture", snapshot: number]
  /** A run of a snapshot. */
  | readonly ["within", snapshot: number, Body]
  | readonly ["gather", readonly Body[]]
  /** A scope that is begun, the rest of what is done here meanwhile, and then the end of that scope. */
  | readonly ["beside", child: Body, Body];

/** What a program saw, in order: a value, the end of a reset, what was caught; and in a list what a child saw. */
export type Observation = Value | readonly Observation[];

/** The default of "a"; the others have none. */
export const DEFAULT = "default";

export class Thrown extends Error {}

const VARIABLES = {
  a: new ContextVariable<Value | undefined>("a", { defaultValue: DEFAULT }),
  b: new ContextVariable<Value | undefined>("b"),
  c: new ContextVariable<Value | undefined>("c"),
};
const REFUSALS: Readonly<Record<string, string>> = {
  THR_CONTEXT_LOOKUP: "lookup",
  THR_TOKEN_USED: "used",
  THR_TOKEN_OTHER_VARIABLE: "variable",
  THR_TOKEN_OTHER_SCOPE: "scope",
};

/** Runs a program on Throughline. */
export async function run(program: Body): Promise<readonly Observation[]> {
  const stage: OurStage = openStage();
  await scope(() => play(program, stage));
  return stage.trace;
}

type OurStage = Stage<Token, Snapshot>;

/** Plays synchronously up to the first step that is not, so that functions of both kinds are given to the API. */
function play(body: Body, stage: OurStage): Promise<void> | undefined {
  for (const [index, step] of body.entries()) {
    const done = perform(step, stage);
    if (done !== undefined) return playOn(done, body.slice(index + 1), stage);
  }
  return undefined;
}

async function playOn(done: Promise<void>, rest: Body, stage: OurStage): Promise<void> {
  await done;
  await play(rest, stage);
}

function perform(step: Step, stage: OurStage): Promise<void> | undefined {
  switch (step[0]) {
    case "get":
      return observe(stage, () => VARIABLES[step[1]].get() ?? null);
    case "set": {
      const [, name, value, slot] = step;
      stage.tokens[slot] = VARIABLES[name].set(value ?? undefined);
      return undefined;
    }
    case "reset":
      return reset(step[1], stage.tokens[step[2]], stage);
    case "sleep":
      return sleep(step[1]);
    case "throw":
      throw new Thrown(`${step[1]}`);
    case "catch":
      return playCatching(step[1], stage);
    case "call":
      return (async () => {
        await play(step[1], stage);
      })();
    case "scope":
      return scope(() => play(step[1], stage));
    case "empty":
      return emptyScope(() => play(step[1], stage));
    case "run":
      return VARIABLES[step[1]].run(step[2] ?? undefined, play, step[3], stage);
    case "capture":
      stage.snapshots[step[1]] = new Snapshot();
      return undefined;
    case "within":
      return stage.snapshots[step[1]]?.run(play, step[2], stage);
    case "gather":
      return playGather(step[1], stage);
    case "beside":
      return playBeside(step[1], step[2], stage);
  }
}

function observe(stage: OurStage, read: () => Value): undefined {
  try {
    stage.trace.push(read());
  } catch (error) {
    const refusal = REFUSALS[(error as { code?: string }).code ?? ""];
    if (refusal === undefined) throw error;
    stage.trace.push(refusal);
  }
}

function reset(name: Name, held: Token | undefined, stage: OurStage): undefined {
  if (held === undefined) return;
  observe(stage, () => {
    VARIABLES[name].reset(held);
    return "reset";
  });
}

async function sleep(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await turn();
}

function playCatching(body: Body, stage: OurStage): Promise<void> | undefined {
  const caught = (error: unknown): void => {
    if (!(error instanceof Thrown)) throw error;
    stage.trace.push(`caught ${error.message}`);
  };
  try {
    return play(body, stage)?.catch(caught);
  } catch (error) {
    caught(error);
  }
}

async function playGather(bodies: readonly Body[], stage: OurStage): Promise<void> {
  const children = bodies.map((body) => ({ body, own: openStage(stage) }));
  stage.trace.push(...children.map(({ own }) => own.trace));
  try {
    await gather(
      children.map(
        ({ body, own }) =>
          () =>
            play(body, own),
      ),
    );
  } finally {
    for (const { own } of children) takeOver(stage, own);
  }
}

async function playBeside(body: Body, ownBody: Body, stage: OurStage): Promise<void> {
  const child: OurStage = openStage();
  stage.trace.push(child.trace);
  const ended = Promise.allSettled([scope(async () => play(body, child))]);
  try {
    await play(ownBody, stage);
  } finally {
    await ended;
    takeOver(stage, child);
  }
  for (const end of await ended) if (end.status === "rejected") throw end.reason;
}
