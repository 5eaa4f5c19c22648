import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { batch } from "../../src/concurrency/batch.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";

const user = new ContextVariable<string>("user");

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Work that takes up to 3 ms, and how much of it was under way at once, at most. */
function watched() {
  const seen = { most: 0, taken: 0 };
  let now = 0;
  const work = async (item: number): Promise<number> => {
    seen.taken++;
    seen.most = Math.max(seen.most, ++now);
    await sleep(item % 4);
    now--;
    if (item % 10 === 7) throw new Error(`item ${item}`);
    return item * 2;
  };
  return { work, seen };
}

async function* breaking(): AsyncGenerator<number> {
  yield 1;
  yield 2;
  throw new Error("no more");
}

function expectCode(act: () => unknown, code: string): void {
  expect(act).to.throw().with.property("code", code);
}

describe("batch", () => {
  it("works on some at once and never more, and collects results and errors in the order of the items", async () => {
    const { work, seen } = watched();
    const { outcomes, results, errors, stop } = await batch(upTo(100), { concurrency: 7 }, work);
    const good = upTo(100).filter((item) => item % 10 !== 7);
    expect(results).to.deep.equal(good.map((item) => item * 2));
    expect(errors.map(String)).to.deep.equal(upTo(10).map((ten) => `Error: item ${ten * 10 + 7}`));
    expect(outcomes.map(({ status }) => status === "fulfilled")).to.deep.equal(
      upTo(100).map((item) => item % 10 !== 7),
    );
    expect([seen, stop]).to.deep.equal([{ most: 7, taken: 100 }, undefined]);
  });

  it(
    "has a span for each item below the active one, and a scope that begins with what is set",
    testTelemetry(async (t) => {
      const seen: unknown[] = [];
      await scope(async () => {
        user.set("ann");
        await withSpan("import", () =>
          batch(["a", "b", "c"], { concurrency: 2 }, async function importItem(item) {
            seen.push(user.get());
            user.set(item);
            await sleep(1);
            seen.push(user.get());
            if (item === "b") throw new RangeError("on purpose");
          }),
        );
        expect(user.get()).to.equal("ann");
      });
      expect(seen.toSorted()).to.deep.equal(["a", "ann", "ann", "ann", "b", "c"]);
      const [all, ...items] = t.spans;
      expect(items.map(({ name }) => name)).to.deep.equal(["importItem", "importItem", "importItem"]);
      expect(items.map(({ parentSpanContext }) => parentSpanContext?.spanId)).to.deep.equal(
        Array.from({ length: 3 }, () => all?.spanContext().spanId),
      );
      expect(items.map(({ events: [event] }) => event?.attributes?.["exception.type"])).to.deep.equal([
        undefined,
        "RangeError",
        undefined,
      ]);
      expect(all?.status.code).to.equal(0);
    }),
  );

  it("takes from an async iterable no more than is at work", async () => {
    let ahead = 0;
    let most = 0;
    async function* source(): AsyncGenerator<number> {
      for (const item of upTo(50)) {
        most = Math.max(most, ++ahead);
        yield item;
      }
    }
    const { results } = await batch(source(), { concurrency: 3 }, async (item) => {
      await sleep(1);
      ahead--;
      return item;
    });
    expect(results).to.deep.equal(upTo(50));
    expect(most).to.be.at.most(4);
  });

  it("takes no more once its signal is aborted, and waits for what is at work", async () => {
    const { work, seen } = watched();
    const abort = new AbortController();
    const { outcomes, stop } = await batch(
      upTo(100),
      { concurrency: 5, signal: abort.signal },
      async (item) => {
        if (item === 20) abort.abort("enough");
        return await work(item);
      },
    );
    expect(stop).to.deep.equal({ reason: "enough" });
    expect(outcomes.length).to.equal(seen.taken).and.to.be.within(21, 26);
  });

  it("waits for no iterable that hangs once its signal is aborted, and closes it", async () => {
    const abort = new AbortController();
    let isClosed = false;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          setTimeout(() => abort.abort("enough"), 5);
          return new Promise(() => {});
        },
        return: () => {
          isClosed = true;
          return new Promise(() => {});
        },
      }),
    };
    const { outcomes, stop } = await batch(source, { concurrency: 2, signal: abort.signal }, (item) => item);
    expect([outcomes, stop, isClosed]).to.deep.equal([[], { reason: "enough" }, true]);
  });

  it("takes nothing where its signal is aborted already", async () => {
    const { work, seen } = watched();
    const { stop } = await batch(upTo(3), { concurrency: 1, signal: AbortSignal.abort("no") }, work);
    expect([seen.taken, stop]).to.deep.equal([0, { reason: "no" }]);
  });

  it("loses nothing of what was taken where the iterable throws in the middle", async () => {
    const { results, stop } = await batch(
      breaking(),
      { concurrency: 2 },
      async (item) => (await sleep(2), item),
    );
    expect(results).to.deep.equal([1, 2]);
    expect(String(stop?.reason)).to.equal("Error: no more");
  });

  for (const [name, items] of Object.entries({
    "its iterator cannot be had": {
      [Symbol.iterator]: () => {
        throw new Error("on purpose");
      },
    },
    "it gives no iterator": { [Symbol.iterator]: () => undefined },
    "its iterator gives nonsense": { [Symbol.iterator]: () => ({ next: () => 5 }) },
  }))
    it(`says so where ${name}`, async () => {
      const { outcomes, stop } = await batch(
        items as unknown as number[],
        { concurrency: 2 },
        (item) => item,
      );
      expect(outcomes).to.deep.equal([]);
      expect(stop?.reason).to.be.an("error");
    });

  it("takes promises among the items as what they settle with", async () => {
    const items = [Promise.resolve(1), Promise.reject(new Error("on purpose")), 3];
    const { results, errors } = await batch(items, { concurrency: 1 }, (item) => item * 2);
    expect([results, errors.map(String)]).to.deep.equal([[2, 6], ["Error: on purpose"]]);
  });

  it("takes a text for its characters, a map for its entries, and nothing for nothing", async () => {
    expect((await batch("añ", { concurrency: 1 }, (each) => each)).results).to.deep.equal(["a", "ñ"]);
    expect((await batch(new Map([[1, 2]]), { concurrency: 1 }, (each) => each)).results).to.deep.equal([
      [1, 2],
    ]);
    expect(
      (await batch([], { concurrency: Number.POSITIVE_INFINITY }, (each) => each)).results,
    ).to.deep.equal([]);
  });

  it("takes no nonsense", () => {
    for (const concurrency of [0, -1, 1.5, Number.NaN, "2", undefined, null])
      expectCode(
        () => batch([], { concurrency: concurrency as never }, (each) => each),
        "THR_NOT_A_NUMBER_AT_ONCE",
      );
    expectCode(() => batch([], undefined as never, (each) => each), "THR_NOT_A_NUMBER_AT_ONCE");
    for (const items of [5, null, undefined, {}, Symbol.iterator])
      expectCode(() => batch(items as never, { concurrency: 1 }, (each) => each), "THR_NOT_ITERABLE");
    expectCode(() => batch([], { concurrency: 1 }, 5 as never), "THR_NOT_A_FUNCTION");
  });

  it("goes on where its signal is none", async () => {
    let work: ReturnType<typeof batch<number, number>> | undefined;
    silently(() => (work = batch([1], { concurrency: 1, signal: "no" as never }, (each) => each)));
    expect((await work)?.results).to.deep.equal([1]);
  });
});
