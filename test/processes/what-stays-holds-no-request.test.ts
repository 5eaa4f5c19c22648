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
