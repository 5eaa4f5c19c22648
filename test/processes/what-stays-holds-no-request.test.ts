import { expect } from "chai";
import { spawned } from "./spawned.ts";

describe("a request that is over", function () {
  this.timeout(20_000);

  for (const what of ["an idle connection", "a timer", "a promise of a pool", "a listener", "detached work"])
    it(`is held by nothing that it has made: ${what}`, async () => {
      const { output, errors } = await spawned(["--expose-gc", "test/processes/held-by-what-stays.ts", what]);
      expect(errors).to.equal("");
      const [requests, left] = JSON.parse(output) as [number, Record<string, number>];
      expect(requests).to.equal(20);
      expect(left).to.deep.equal({ request: 0, response: 0, cached: 0, deferred: 0 });
    });
});

describe("a loader that hangs", () => {
  it("holds nothing of those who have given it up", async () => {
    const code = `
      import { ContextVariable, scope, singleFlight } from "throughline";
      const seen = new ContextVariable("seen");
      const get = singleFlight(() => new Promise(() => {}));
      const held = await Promise.all([1, 2].map(() => scope(async () => {
        const big = {};
        seen.set(big);
        const abort = new AbortController();
        const asked = get({ signal: abort.signal }).catch(() => {});
        await null;
        abort.abort();
        await asked;
        return new WeakRef(big);
      })));
      for (let round = 0; round < 10; round++) {
        await new Promise((resolve) => setTimeout(resolve));
        gc();
      }
      console.log(held.map((reference) => reference.deref()));
      process.exit();`;
    const { output, errors } = await spawned(["--expose-gc", "--input-type=module", "-e", code]);
    expect([errors, output]).to.deep.equal(["", "[ undefined, undefined ]\n"]);
  });
});
