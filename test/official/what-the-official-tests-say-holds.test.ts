// What the official SDK's own tests say of it, said of ours: a row for each of their titles, in our words.
import { expect } from "chai";
import { EXCEPTIONS, type Kind } from "./exceptions.ts";
import { BUT_ANY_VALUE, started, VALID_IN_OURS, type Whose } from "./stage.ts";
import { TABLES } from "./tables.ts";

const HEADINGS: Record<Whose, string> = {
  ours: "ours does as theirs",
  theirs: "the official parts work with our spans",
};

/** Of their titles, how many hold, in full or in part, and why the others do not. */
const COUNTS: Record<Whose, { readonly [What in Kind | "titles" | "hold" | "inPart"]: number }> = {
  ours: { titles: 179, hold: 151, inPart: 5, differs: 7, missing: 12, elsewhere: 1, apart: 3 },
  theirs: { titles: 48, hold: 43, inPart: 0, differs: 0, missing: 0, elsewhere: 0, apart: 5 },
};

const exceptionsOf = (file: string) => EXCEPTIONS.filter(({ of }) => of === file);

for (const whose of ["ours", "theirs"] as const) {
  const { titles: all, hold, inPart } = COUNTS[whose];
  const share = `${hold} of ${all} titles, ${Math.floor((100 * hold) / all)} %${inPart > 0 ? `, and ${inPart} in part` : ""}`;
  const tables = TABLES.filter((table) => table.whose === whose);

  describe(`${HEADINGS[whose]}: ${share}`, () => {
    for (const { of, rows } of tables.filter((table) => table.rows.length > 0)) {
      describe(`as in ${of}`, () => {
        for (const [at, title, holds, but] of rows.toSorted(([one], [other]) => one - other))
          it(`${at}. ${title}${but === undefined ? "" : `; but ${but}`}`, holds);
      });
    }

    describe("but for", () => {
      for (const { of, at, kind, reason, shown = () => {} } of tables.flatMap((table) =>
        exceptionsOf(table.of),
      )) {
        it(`${of}, ${at.join(", ")} (${kind}): ${reason}`, shown);
      }
    });

    it("counted title by title", () => {
      const rows = tables.flatMap((table) => table.rows);
      const limited = rows.filter(([, , , but]) => but !== undefined).length;
      const count = (kind: Kind): number =>
        tables
          .flatMap(({ of }) => exceptionsOf(of))
          .filter((exceptions) => exceptions.kind === kind)
          .reduce((sum, { at }) => sum + at.length, 0);
      expect({
        titles: tables.reduce((sum, { titles }) => sum + titles, 0),
        hold: rows.length - limited,
        inPart: limited,
        differs: count("differs"),
        missing: count("missing"),
        elsewhere: count("elsewhere"),
        apart: count("apart"),
      }).to.deep.equal(COUNTS[whose]);
    });
  });
}

describe("the titles of the official tests", () => {
  it("each have one row or one exception", () => {
    const files = new Set(TABLES.map(({ of }) => of));
    expect(EXCEPTIONS.filter(({ of }) => !files.has(of))).to.deep.equal([]);
    for (const { of, titles, rows } of TABLES) {
      const excepted = exceptionsOf(of).flatMap(({ at }) => at);
      const all = [...rows.map(([at]) => at), ...excepted].toSorted((one, other) => one - other);
      expect(all, of).to.deep.equal(Array.from({ length: titles }, (_, each) => each + 1));
    }
  });

  it(`that hold in part do so because ${BUT_ANY_VALUE}`, () => {
    expect(started({ attributes: VALID_IN_OURS }).attributes).to.deep.equal(VALID_IN_OURS);
  });

  it("that differ, or that ours cannot do, are shown to", () => {
    const unshown = EXCEPTIONS.filter(({ kind, shown }) => kind !== "apart" && shown === undefined);
    expect(unshown).to.deep.equal([]);
  });
});
