import { expect } from "chai";
import { readFileSync } from "node:fs";
import { spawned } from "./spawned.ts";

const MIB = 1024 * 1024;
const CASES = Array.from(
  readFileSync("test/processes/growth.ts", "utf8").matchAll(/^ {2}"?([^":\n]+)"?: (?:async )?\(count\)/gm),
  ([, name = ""]) => name,
);

describe("a million of anything leaves at most 1 MB", function () {
  this.timeout(60_000);

  it("in every case that the program has", () => {
    const { length } = readFileSync("test/processes/growth.ts", "utf8").match(/\(count\) =>/g) ?? [];
    expect(CASES).to.have.length(length).and.length.greaterThan(8);
  });

  for (const name of CASES) {
    it(`: ${name}`, async () => {
      const { output, errors } = await spawned(["--expose-gc", "test/processes/growth.ts", name]);
      expect(errors).to.equal("");
      expect(Number(output)).to.be.below(MIB);
      expect(output).to.match(/^-?\d+\n$/);
    });
  }
});
