import { expect } from "chai";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { spawned } from "../processes/spawned.ts";
import { type Mutant, MUTANTS, type Mutation, OF_THE_BUILD, type Room } from "./mutants.ts";

/** Copies of the project, one for each that works, inside it so that they find its node_modules. */
const WORKSHOP = ".mutants";
const ROOMS: readonly Room[] = ["context", "metrics", "trace"];
/** A mutant may wait for ever where the original does not. */
const LONGEST_TEST = 3000;

/** What a copy's tests came to, or why they did not run. */
type Outcome = Report | Error;

interface Report {
  readonly stats: { readonly passes: number; readonly failures: number };
  readonly failures: readonly { readonly fullTitle: string }[];
}

describe("the mutants", function () {
  this.timeout(300_000);

  const outcomes = new Map<Room | Mutant, Outcome>();

  before(async () => {
    rmSync(WORKSHOP, { recursive: true, force: true });
    const waiting = [...ROOMS, ...MUTANTS];
    const work = async (_: unknown, worker: number): Promise<void> => {
      const copy = path.resolve(WORKSHOP, String(worker));
      for (const part of ["src", "test"]) cpSync(part, path.join(copy, part), { recursive: true });
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        outcomes.set(
          next,
          await (typeof next === "string" ? testsOf(copy, next) : testsOfMutant(copy, next)),
        );
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  });

  after(() => rmSync(WORKSHOP, { recursive: true, force: true }));

  for (const room of ROOMS) {
    describe(`test/${room}`, () => {
      it("passes in a copy where nothing was changed", () => {
        const { stats, failures } = reportOf(outcomes.get(room));
        expect(failures.map(({ fullTitle }) => fullTitle)).to.deep.equal([]);
        expect(stats.passes).to.be.greaterThan(70);
      });

      for (const mutant of MUTANTS.filter((each) => each.room === room)) {
        it(`fails where ${mutant.name}`, () => {
          expect(reportOf(outcomes.get(mutant)).failures).to.have.length(1);
        });
      }
    });
  }

  it("have different names", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).to.equal(MUTANTS.length);
  });
});

/** What is changed in the copy is as it was afterwards. Never rejects: each mutant has a test to tell what is amiss. */
async function testsOfMutant(copy: string, mutant: Mutant): Promise<Outcome> {
  const file = path.join(copy, "src", mutant.file);
  const original = readFileSync(file, "utf8");
  try {
    mutate(file, mutant);
    return await testsOf(copy, mutant.room);
  } catch (error) {
    return error as Error;
  } finally {
    writeFileSync(file, original);
  }
}

function mutate(file: string, { find, replace }: Mutation): void {
  const [before, after, ...more] = readFileSync(file, "utf8").split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`this text must stand in ${file} exactly once: ${find}`);
  }
  writeFileSync(file, before + replace + after);
}

/** Runs a copy's tests up to the first that fails. Never rejects. */
async function testsOf(copy: string, room: Room): Promise<Outcome> {
  const report = path.join(copy, "report.json");
  const mocha = path.resolve("node_modules/mocha/bin/mocha.js");
  const choice = ["--no-config", "--recursive", "--extension", ".test.ts", "--bail", "--exit"];
  const reporting = ["--reporter", "json", "--reporter-option", `output=${report}`];
  const timeout = ["--timeout", String(LONGEST_TEST)];
  const without = OF_THE_BUILD[room].flatMap((name) => ["--ignore", `test/${room}/${name}.test.ts`]);
  const options = [...choice, ...without, ...timeout, ...reporting];
  rmSync(report, { force: true });
  // What was not changed is compiled once.
  const cache = { NODE_COMPILE_CACHE: path.join(copy, "cache") };
  const { errors } = await spawned([mocha, ...options, `test/${room}`], cache, copy);
  try {
    return JSON.parse(readFileSync(report, "utf8")) as Report;
  } catch {
    return new Error(`the tests did not run: ${errors}`);
  }
}

/** A mutant counts as caught where a test failed, not where the copy could not be loaded. */
function reportOf(outcome: Outcome | undefined): Report {
  if (outcome instanceof Error) throw outcome;
  if (outcome === undefined) throw new Error("the copy was not made");
  return outcome;
}
