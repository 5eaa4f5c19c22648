import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";

describe("traced", () => {
  for (const [form, option] of [
    ["standard", ""],
    ["legacy", "--experimentalDecorators"],
  ] as const) {
    it(`decorates methods in the ${form} form`, function () {
      this.timeout(30_000);
      const workshop = `.decorators/${form}`;
      mkdirSync(workshop, { recursive: true });
      try {
        const { status, stdout } = spawnSync(
          process.execPath,
          `node_modules/typescript/bin/tsc --ignoreConfig --strict --target es2022 --module nodenext --types node
            --rootDir . --outDir ${workshop} ${option} test/trace/decorators/payments.ts`
            .split(/\s+/)
            .filter((argument) => argument !== ""),
          { encoding: "utf8" },
        );
        expect([stdout, status]).to.deep.equal(["", 0]);
        const output = execFileSync(process.execPath, [`${workshop}/test/trace/decorators/payments.js`], {
          encoding: "utf8",
        });
        expect(output).to.equal("42 38 3 1\ncharge 0, refund 2, of all 0\n");
      } finally {
        rmSync(".decorators", { recursive: true, force: true });
      }
    });
  }
});
