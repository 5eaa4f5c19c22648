import { expect } from "chai";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { spawned } from "../processes/spawned.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

/** Copies of the project, inside it so that they find its node_modules. */
const WORKSHOP = ".mutants";
/** A mutant may wait for ever where the original does not. */
const LONGEST_TEST = 3000;

/** What a copy's tests came to, or why they did not run. */
type Outcome = Report | Error;

interface Report {
  readonly stats: { readonly passes: number; readonly failures: number };
  readonly failures: readonly { readonly fullTitle: string }[];
}

describe("test/context", function () {
  this.timeout(120_000);

  let original: Outcome | undefined;
  const outcomes = new Map<Mutant, Outcome>();

  before(async () => {
    rmSync(WORKSHOP, { recursive: true, force: true });
    const waiting = [...MUTANTS];
    const work = async (): Promise<void> => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        outcomes.set(mutant, await testsOfCopy(mutant.name, mutant));
      }
    };
    original = await testsOfCopy("no mutant");
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  });

  after(() => rmSync(WORKSHOP, { recursive: true, force: true }));

  it("passes in a copy where nothing was changed", () => {
    const { stats, failures } = reportOf(original);
    expect(failures.map(({ fullTitle }) => fullTitle)).to.deep.equal([]);
    expect(stats.passes).to.be.greaterThan(100);
  });

  for (const mutant of MUTANTS) {
    it(`fails where ${mutant.name}`, () => {
      expect(reportOf(outcomes.get(mutant)).failures).to.have.length(1);
    });
  }

  it("has mutants of different names", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).to.equal(MUTANTS.length);
  });
});

/** Runs a copy's tests up to the first that fails. Never rejects: each mutant has a test to tell what is amiss. */
async function testsOfCopy(name: string, mutant?: Mutant): Promise<Outcome> {
  const copy = path.resolve(WORKSHOP, name.replaceAll(" ", "-"));
  try {
    for (const part of ["src", "test"]) cpSync(part, path.join(copy, part), { recursive: true });
    if (mutant !== undefined) mutate(path.join(copy, "src/context", mutant.file), mutant);
    return await runTests(copy);
  } catch (error) {
    return error as Error;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function mutate(file: string, { find, replace }: Mutant): void {
  const [before, after, ...more] = readFileSync(file, "utf8").split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`this text must stand in ${file} exactly once: ${find}`);
  }
  writeFileSync(file, before + replace + after);
}

async function runTests(copy: string): Promise<Report> {
  const report = path.join(copy, "report.json");
  const mocha = path.resolve("node_modules/mocha/bin/mocha.js");
  const choice = ["--no-config", "--recursive", "--extension", ".test.ts", "--bail", "--exit"];
  const reporting = ["--reporter", "json", "--reporter-option", `output=${report}`];
  const timeout = ["--timeout", String(LONGEST_TEST)];
  const { errors } = await spawned([mocha, ...choice, ...timeout, ...reporting, "test/context"], {}, copy);
  try {
    return JSON.parse(readFileSync(report, "utf8")) as Report;
  } catch {
    throw new Error(`the tests did not run: ${errors}`);
  }
}

/** A mutant counts as caught where a test failed, not where the copy could not be loaded. */
function reportOf(outcome: Outcome | undefined): Report {
  if (outcome instanceof Error) throw outcome;
  if (outcome === undefined) throw new Error("the copy was not made");
  return outcome;
}
