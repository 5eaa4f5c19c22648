import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { sharedLoad } from "../../src/concurrency/shared-load.ts";

describe("a shared load", () => {
  it("loads once for all who ask, at once and later", async () => {
    let loads = 0;
    const load = sharedLoad(async () => {
      await sleep(2);
      return ++loads;
    });
    expect(await Promise.all([load(), load(), load()])).to.deep.equal([1, 1, 1]);
    expect([await load(), loads]).to.deep.equal([1, 1]);
  });

  it("gives a failure to all who wait, and keeps none", async () => {
    let loads = 0;
    const load = sharedLoad(async () => {
      await sleep(2);
      if (++loads === 1) throw new Error("on purpose");
      return loads;
    });
    const outcomes = await Promise.allSettled([load(), load()]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(await load()).to.equal(2);
  });

  it("takes what is thrown, or given at once, as it takes promises", async () => {
    let loads = 0;
    const load = sharedLoad(() => {
      if (++loads === 1) throw new Error("on purpose");
      return loads;
    });
    expect(await load().catch((error: Error) => error.message)).to.equal("on purpose");
    expect(await load()).to.equal(2);
  });

  it("leaves a failure that nobody handles unhandled", async () => {
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const unhandled = new Promise((resolve) => process.once("unhandledRejection", resolve));
    void sharedLoad(async () => {
      throw new Error("on purpose");
    })();
    expect(((await unhandled) as Error).message).to.equal("on purpose");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
});
