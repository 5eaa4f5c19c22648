import {
  type Body,
  DEFAULT,
  type Name,
  type Observation,
  type Step,
  Thrown,
  type Value,
} from "./programs.ts";
import { openStage, type Stage, takeOver } from "./stage.ts";

/** What is set in a scope. Never written to: scopes begin with another's, and a set replaces their own. */
type Values = ReadonlyMap<Name, Value>;

interface Scope {
  values: Values;
}

interface Token {
  readonly name: Name;
  readonly scope: Scope;
  readonly former: Value | undefined;
  isUsed: boolean;
}

type ModelStage = Stage<Token, Values>;

/** What a program has to see: contextvars without time. What runs at once runs here one after the other. */
export function predict(program: Body): readonly Observation[] {
  const stage: ModelStage = openStage();
  play({ values: new Map() }, program, stage);
  return stage.trace;
}

function play(scope: Scope, body: Body, stage: ModelStage): void {
  for (const step of body) perform(scope, step, stage);
}

function perform(scope: Scope, step: Step, stage: ModelStage): unknown {
  const { trace, tokens, snapshots } = stage;
  const playIn = (values: Values, body: Body, own = stage): void => play({ values }, body, own);
  switch (step[0]) {
    case "get":
      return trace.push(read(scope.values, step[1]));
    case "set":
      tokens[step[3]] = { name: step[1], scope, former: scope.values.get(step[1]), isUsed: false };
      return (scope.values = bind(scope.values, step[1], step[2]));
    case "reset": {
      const token = tokens[step[2]];
      return token && trace.push(reset(scope, step[1], token));
    }
    case "sleep":
      return undefined;
    case "throw":
      throw new Thrown(`${step[1]}`);
    case "catch":
      return playCatching(scope, step[1], stage);
    case "call":
      return play(scope, step[1], stage);
    case "scope":
      return playIn(scope.values, step[1]);
    case "empty":
      return playIn(new Map(), step[1]);
    case "run":
      return playIn(bind(scope.values, step[1], step[2]), step[3]);
    case "capture":
      return (snapshots[step[1]] = scope.values);
    case "within": {
      const values = snapshots[step[1]];
      return values && playIn(values, step[2]);
    }
    case "gather": {
      const children = step[1].map((body) => ({ body, own: openStage(stage) }));
      trace.push(...children.map(({ own }) => own.trace));
      return doAll([
        ...children.map(
          ({ body, own }) =>
            () =>
              playIn(scope.values, body, own),
        ),
        ...children.map(
          ({ own }) =>
            () =>
              takeOver(stage, own),
        ),
      ]);
    }
    case "beside": {
      const [{ values }, child] = [scope, openStage<Token, Values>()];
      trace.push(child.trace);
      return doAll([
        () => play(scope, step[2], stage),
        () => playIn(values, step[1], child),
        () => takeOver(stage, child),
      ]);
    }
  }
}

function read(values: Values, name: Name): Observation {
  return values.get(name) ?? (values.has(name) ? null : name === "a" ? DEFAULT : "lookup");
}

function bind(values: Values, name: Name, value: Value | undefined): Values {
  const others = [...values].filter(([other]) => other !== name);
  return new Map(value === undefined ? others : [...others, [name, value]]);
}

function reset(scope: Scope, name: Name, token: Token): Observation {
  if (token.isUsed) return "used";
  if (token.name !== name) return "variable";
  if (token.scope !== scope) return "scope";
  token.isUsed = true;
  scope.values = bind(scope.values, name, token.former);
  return "reset";
}

function playCatching(scope: Scope, body: Body, stage: ModelStage): void {
  try {
    play(scope, body, stage);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    stage.trace.push(`caught ${error.message}`);
  }
}

/** Does each in turn; what failed first is thrown when all are done. */
function doAll(acts: readonly (() => void)[]): void {
  const failures = acts.flatMap((act) => {
    try {
      act();
      return [];
    } catch (error) {
      return [error];
    }
  });
  for (const failure of failures) throw failure;
}
