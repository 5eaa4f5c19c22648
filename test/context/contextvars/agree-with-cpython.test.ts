import { expect } from "chai";
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { anyProgram } from "./any-program.ts";
import { predict } from "./model.ts";
import { type Body, type Observation, run } from "./programs.ts";

interface Recorded {
  readonly program: Body;
  readonly outcome: readonly Observation[];
}

const [, ...lines] = readFileSync(new URL("recorded.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const recorded = lines.map((line) => JSON.parse(line) as Recorded);

describe("what a program sees of its context variables", () => {
  it("is what CPython's contextvars let it see", async () => {
    for (const { program, outcome } of recorded) {
      expect(await run(program), JSON.stringify(program)).to.deep.equal(outcome);
    }
  });

  it("is what a model predicts in which scopes are immutable maps: for CPython", () => {
    for (const { program, outcome } of recorded) {
      expect(predict(program), JSON.stringify(program)).to.deep.equal(outcome);
    }
  });

  it("is what a model predicts in which scopes are immutable maps: for programs that are new each time", async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, async (program) => {
        expect(await run(program)).to.deep.equal(predict(program));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the recorded programs", () => {
  it("take every kind of step and see every kind of outcome, each at least 100 times", () => {
    const text = lines.join("\n");
    const count = (piece: string): number => text.split(piece).length - 1;
    const kinds = "get set reset sleep throw catch call scope empty run capture within gather beside";
    const steps = kinds.split(" ").map((kind) => `["${kind}",`);
    const outcomes = ['"default"', '"lookup"', '"reset"', '"used"', '"variable"', '"scope"', '"caught '];
    expect([...steps, ...outcomes].filter((piece) => count(piece) < 100)).to.deep.equal([]);
  });
});
