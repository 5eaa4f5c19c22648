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

/** Runs a module that gives how many of the objects of `held` there are once all else is collected. */
async function alive(code: string): Promise<string> {
  const { output, errors } = await spawned([
    "--expose-gc",
    "--input-type=module",
    "-e",
    `import { ContextVariable, measurePool, scope, singleFlight, transaction } from "throughline";
     const seen = new ContextVariable("seen");
     const held = [];
     const setBig = () => {
       const big = {};
       held.push(new WeakRef(big));
       seen.set(big);
     };
     const turn = () => new Promise((resolve) => setTimeout(resolve));
     ${code}
     for (let round = 0; round < 10; round++) {
       await turn();
       gc();
     }
     console.log(held.length, held.filter((reference) => reference.deref() !== undefined).length);
     process.exit();`,
  ]);
  expect(errors).to.equal("");
  return output.trim();
}

describe("what many share", () => {
  it("holds nothing of those who have given up a loader that hangs", async () => {
    const output = await alive(`
      const get = singleFlight(() => new Promise(() => {}));
      await Promise.all([1, 2].map(() => scope(async () => {
        setBig();
        const abort = new AbortController();
        const asked = get({ signal: abort.signal }).catch(() => {});
        await null;
        // No error: on Node 22 that holds what it was made in until its stack is read.
        abort.abort("enough");
        await asked;
      })));`);
    expect(output).to.equal("2 0");
  });

  it("holds nothing of who had a connection of a pool that is measured", async () => {
    const output = await alive(`
      const { EventEmitter } = await import("node:events");
      const client = { release: () => pool.emit("release", undefined, client) };
      const pool = Object.assign(new EventEmitter(), {
        totalCount: 1, idleCount: 0, waitingCount: 0, connect: async () => client,
      });
      measurePool(pool, { name: "orders" });
      await scope(async () => {
        setBig();
        (await pool.connect()).release();
      });`);
    expect(output).to.equal("1 0");
  });

  it("holds no transaction that is over, though each has begun the next", async () => {
    const output = await alive(`
      const next = async (left) => {
        const session = { exec: () => {} };
        held.push(new WeakRef(session));
        await transaction(() => session, () => void (left > 0 && setTimeout(next, 1, left - 1)));
      };
      await next(20);
      while (held.length < 21) await turn();
      await turn();`);
    expect(output).to.match(/^21 [01]$/);
  });
});
