import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import type { ThroughlineError } from "../../src/core/errors.ts";
import { currentRequest, requestCache } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { caught } from "../trace/failures.ts";

describe("the cache of a request", () => {
  it("loads once under each key for all who ask, and again after a failure", async () => {
    await operation("job", async () => {
      let loads = 0;
      const load = async (): Promise<number> => {
        await sleep(2);
        if (++loads === 1) throw new Error("on purpose");
        return loads;
      };
      const failed = await Promise.allSettled([1, 2].map(() => requestCache().get("a", load)));
      expect(failed.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
      expect(await Promise.all([1, 2, 3].map(() => requestCache().get("a", load)))).to.deep.equal([2, 2, 2]);
      expect(await requestCache().get("b", load)).to.equal(3);
    });
  });

  it("says so to loaders that would wait for each other", async () => {
    await operation("job", async () => {
      const get = (key: string, needed: string): Promise<unknown> =>
        requestCache().get(key, async () => {
          await sleep(1);
          return get(needed, key);
        });
      for (const needed of ["a", "b"])
        expect(await get("a", needed).catch((error: unknown) => error)).to.have.property(
          "code",
          "THR_LOADER_NEEDS_ITSELF",
        );
    });
  });

  it("says so also once the request is over, and keeps nothing then", async () => {
    const get = (key: string, needed: string): Promise<unknown> =>
      requestCache().get(key, async () => {
        await sleep(1);
        return get(needed, key);
      });
    let late: Promise<unknown> | undefined;
    let loads = 0;
    await operation("job", () => {
      late = sleep(10).then(async () => {
        for (let times = 0; times < 2; times++) await requestCache().get("c", () => loads++);
        return await get("a", "b").catch((error: unknown) => error);
      });
    });
    expect(await late).to.have.property("code", "THR_LOADER_NEEDS_ITSELF");
    expect(loads).to.equal(2);
  });

  it("loads in another way where the first has failed", async () => {
    await operation("job", async () => {
      const loaded = await requestCache()
        .get("user", () => Promise.reject(new Error("on purpose")))
        .catch(() => requestCache().get("user", () => "of the replica"));
      expect(loaded).to.equal("of the replica");
    });
  });

  it("takes any key, and what it knows under one that every object has", async () => {
    await operation("job", async () => {
      const key = {};
      const keys = ["__proto__", "constructor", "", 0, null, undefined, key];
      for (const [index, each] of keys.entries()) await requestCache().get(each, () => index);
      const known = await Promise.all(keys.map((each) => requestCache().get(each, () => -1)));
      expect(known).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    });
  });

  it("cleans up what was loaded, in reverse, and what failed never", async () => {
    const order: string[] = [];
    const clean = (value: string): void => void order.push(value);
    await operation("job", async () => {
      await requestCache().get("a", () => "a", clean);
      await requestCache()
        .get(
          "b",
          () => Promise.reject(new Error("on purpose")),
          () => order.push("b"),
        )
        .catch(() => {});
      await requestCache().get("c", async () => "c", clean);
      currentRequest().defer(() => order.push("deferred"));
    });
    expect(order).to.deep.equal(["deferred", "c", "a"]);
  });

  it("forgets what it is told to, and is no other's", async () => {
    const ids = await Promise.all(
      [1, 2].map((own) =>
        operation("job", async () => {
          await requestCache().get("a", () => own);
          await sleep(2);
          const known = await requestCache().get("a", () => -1);
          requestCache().delete("a");
          return [known, await requestCache().get("a", () => own * 10)];
        }),
      ),
    );
    expect(ids).to.deep.equal([
      [1, 10],
      [2, 20],
    ]);
  });

  it("needs a function", async () => {
    await operation("job", () => {
      const error = caught(() => requestCache().get("a", 5 as never)) as ThroughlineError;
      expect(error.code).to.equal("THR_NOT_A_FUNCTION");
    });
  });
});
