import * as fc from "fast-check";
import type { Body, Name, Step } from "./programs.ts";

const name = fc.constantFrom<Name>("a", "b", "c");
const slot = fc.constantFrom("a1", "b1", "c1");
const nameOf = (of: string): Name => of.charAt(0) as Name;
const snapshot = fc.constantFrom(1, 2);
const value = fc.oneof({ weight: 9, arbitrary: fc.nat(999) }, fc.constantFrom(null, 0, false, ""));

const read = fc.tuple(fc.constant("get"), name);
const set = fc.tuple(slot, value).map(([to, each]) => ["set", nameOf(to), each, to] as const);
const reset = slot.map((of) => ["reset", nameOf(of), of] as const);
const resetAny = fc.tuple(fc.constant("reset"), name, slot);
const sleep = fc.tuple(fc.constant("sleep"), fc.integer({ min: 1, max: 3 }));
const capture = fc.tuple(fc.constant("capture"), snapshot);
const throwing = fc.tuple(fc.constant("throw"), fc.nat(999));

const catching = (body: Body): Body => [["catch", body]];

/** One of the bodies may throw; what the others throw is caught in them. */
const gatherOf = (body: fc.Arbitrary<Body>) =>
  fc
    .tuple(fc.array(body, { maxLength: 2 }), body, fc.array(body, { maxLength: 1 }))
    .map(
      ([before, thrower, after]) =>
        ["gather", [...before.map(catching), thrower, ...after.map(catching)]] as const,
    );

/** Programs like those of record.py: caught at the end, so that each has an outcome, and then read from outside. */
export const anyProgram: fc.Arbitrary<Body> = fc
  .letrec<{ program: Body; body: Body; step: Step }>((tie) => ({
    program: fc.array(tie("step"), { minLength: 6, maxLength: 16, size: "max" }),
    body: fc.array(tie("step"), { maxLength: 6, size: "max" }),
    step: fc.oneof(
      { maxDepth: 4 },
      { weight: 8, arbitrary: read },
      { weight: 6, arbitrary: set },
      { weight: 5, arbitrary: reset },
      { weight: 1, arbitrary: resetAny },
      { weight: 2, arbitrary: sleep },
      { weight: 2, arbitrary: capture },
      { weight: 1, arbitrary: throwing },
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom("call", "catch", "scope", "empty"), tie("body")) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("run"), name, value, tie("body")) },
      { weight: 3, arbitrary: fc.tuple(fc.constant("within"), snapshot, tie("body")) },
      { weight: 1, arbitrary: gatherOf(tie("body")) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("beside"), tie("body"), tie("body")) },
    ),
  }))
  .program.map((body) => [
    ["catch", [["scope", body]]],
    ["get", "a"],
    ["get", "b"],
    ["get", "c"],
  ]);
