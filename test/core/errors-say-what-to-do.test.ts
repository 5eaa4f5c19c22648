import { expect } from "chai";
import { readFileSync } from "node:fs";
import { type ErrorCode, ThroughlineError } from "../../src/core/errors.ts";

const source = readFileSync(new URL("../../src/core/errors.ts", import.meta.url), "utf8");
const ERROR_CODES = Array.from(source.matchAll(/^ {2}(THR_\w+):/gm), ([, code]) => code as ErrorCode);

const coded = (code: unknown): TypeError => Object.assign(new TypeError("odd"), { code });

describe("ThroughlineError", () => {
  for (const code of ERROR_CODES) {
    it(`${code} has its code, its subject, a sentence and where to read on`, () => {
      const error = new ThroughlineError(code, "bind(fn)");
      expect(error).to.be.instanceOf(TypeError);
      expect(error.code).to.equal(code);
      expect(error.name).to.equal("ThroughlineError");
      expect(error.message).to.match(
        /^bind\(fn\) [a-z][^\n]{10,} \[THR_[A-Z_]+, see throughline\/docs\/errors\.md\]$/,
      );
      expect(error.message).to.include(code);
    });
  }

  it("says what was given in the place of what it needs", () => {
    const { message } = new ThroughlineError("THR_NOT_A_FUNCTION", "scope(fn)", "a promise");
    expect(message).to.match(/^scope\(fn\) needs .*, and was given a promise \[THR_NOT_A_FUNCTION/);
  });

  it("is known by its code alone, of whatever copy of the package, and whatever is asked", () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    const broken = Object.defineProperty(new TypeError("odd"), "code", {
      get: () => {
        throw new Error("on purpose");
      },
    });
    expect(coded("THR_NO_SCOPE")).to.be.instanceOf(ThroughlineError);
    const codes = [Object.create(null), Symbol("code"), revoked, ["THR_NO_SCOPE"], "toString", 5, null];
    const odd = [broken, revoked, null, "THR_NO_SCOPE", ...codes.map(coded)];
    for (const value of odd) expect((value as unknown) instanceof ThroughlineError).to.equal(false);
  });

  it("has a section on its page for each code, in the order of the codes", () => {
    const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const sections = Array.from(page.matchAll(/^## (.*)\n\n(\S.*)/gm), ([, title]) => title);
    expect(sections).to.deep.equal(ERROR_CODES);
  });

  it("has codes of one form, each once", () => {
    expect(ERROR_CODES.length).to.be.greaterThan(0);
    expect(new Set(ERROR_CODES).size).to.equal(ERROR_CODES.length);
    for (const code of ERROR_CODES) expect(code).to.match(/^THR_[A-Z]+(_[A-Z]+)*$/);
  });
});
