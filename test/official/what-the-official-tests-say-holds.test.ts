// What the official SDK's own tests say of it, said of ours: a row for each of their titles, in our words.
import { expect } from "chai";
import { EXCEPTIONS } from "./exceptions.ts";
import { TABLES } from "./tables.ts";

for (const { of, rows } of TABLES.filter((table) => table.rows.length > 0)) {
  describe(`as in ${of}`, () => {
    for (const [at, title, holds] of rows.toSorted(([one], [other]) => one - other))
      it(`${at}. ${title}`, holds);
  });
}

describe("the titles of the official tests", () => {
  it("each have one row or one exception", () => {
    const files = new Set(TABLES.map(({ of }) => of));
    expect(EXCEPTIONS.filter(({ of }) => !files.has(of))).to.deep.equal([]);
    for (const { of, titles, rows } of TABLES) {
      const excepted = EXCEPTIONS.filter((exceptions) => exceptions.of === of).flatMap(({ at }) => at);
      const all = [...rows.map(([at]) => at), ...excepted].toSorted((one, other) => one - other);
      expect(all, of).to.deep.equal(Array.from({ length: titles }, (_, each) => each + 1));
    }
  });

  it("hold for ours where they are of public behaviour: 98 of 100", () => {
    const kept = TABLES.flatMap(({ rows }) => rows).length;
    const different = EXCEPTIONS.filter(({ kind }) => kind === "differs").flatMap(({ at }) => at).length;
    expect(TABLES.reduce((sum, { titles }) => sum + titles, 0)).to.equal(227);
    expect(kept / (kept + different)).to.be.at.least(0.98);
  });
});
