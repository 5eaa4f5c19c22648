import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, type Limits, resolveLimits } from "../../src/core/limits.ts";
import { silently } from "../stderr.ts";

/** The limits that come of `given`, and how many faults of it are reported. */
function resolved(given: unknown): [limits: Limits | undefined, faults: number] {
  const before = troubles().invalid_configuration ?? 0;
  let limits: Limits | undefined;
  silently(() => (limits = resolveLimits(given)));
  return [limits, (troubles().invalid_configuration ?? 0) - before];
}

describe("limits", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty", "__proto__", "colour"]) {
    it(`have no ${name}: it is reported and left out`, () => {
      const given: unknown = JSON.parse(`{ "${name}": 3, "eventCountLimit": 5 }`);
      expect(resolved(given)).to.deep.equal([{ ...DEFAULT_LIMITS, eventCountLimit: 5 }, 1]);
    });
  }

  it("are taken where they are whole numbers from 0, or Infinity", () => {
    const given = { attributeCountLimit: 0, eventCountLimit: Infinity, linkCountLimit: undefined };
    expect(resolved(given)).to.deep.equal([{ ...DEFAULT_LIMITS, ...given, linkCountLimit: 128 }, 0]);
  });
});
