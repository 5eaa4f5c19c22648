import { expect } from "chai";
import { readFileSync } from "node:fs";
import { spawned } from "./spawned.ts";

const MIB = 1024 * 1024;
const CASES = Array.from(
  readFileSync("test/processes/growth.ts", "utf8").matchAll(/^ {2}"([^"]+)": \(count\)/gm),
  ([, name = ""]) => name,
);

describe("a million of anything leaves at most 1 MB", function () {
  this.timeout(60_000);

  it("in many cases", () => {
    expect(CASES).to.have.length.greaterThan(8);
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
