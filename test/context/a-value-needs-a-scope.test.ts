import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";

const user = new ContextVariable<string>("user");

/** The calls that the error names, by the name that it must give. */
const OPENERS: Record<string, (fn: () => void) => void> = {
  "scope(fn)": scope,
  "withSpan(name, fn)": (fn) => withSpan("operation", fn),
};

describe("a value that is set outside any scope", () => {
  it("is nowhere afterwards: it would be a global of the process", () => {
    expect(() => user.set("ann")).to.throw(/"user"\.set\(\).*outside any scope/);
    expect([user.tryGet(), scope(() => user.tryGet())]).to.deep.equal([undefined, undefined]);
  });

  for (const [call, open] of Object.entries(OPENERS)) {
    it(`is answered with the name of ${call}, which lets the same set go through`, () => {
      expect(() => user.set("ann")).to.throw(call);
      let seen: string | undefined;
      open(() => {
        user.set("ann");
        seen = user.get();
      });
      expect(seen).to.equal("ann");
    });
  }
});

describe("two variables of one name", () => {
  it("are two variables", () => {
    const namesake = new ContextVariable<string>("user");
    scope(() => {
      user.set("ann");
      expect(namesake.tryGet()).to.equal(undefined);
      namesake.set("bob");
      expect([user.get(), namesake.get()]).to.deep.equal(["ann", "bob"]);
    });
  });
});
