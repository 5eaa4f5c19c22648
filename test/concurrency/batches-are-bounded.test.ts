import { expect } from "chai";
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { pMapSkip, pMapStop } from "p-map";
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

function* endless(): Generator<number> {
  for (;;) yield 1;
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
    expect(most).to.equal(3);
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

  it("asks for nothing where its signal is aborted already", async () => {
    let asked = 0;
    const items = { [Symbol.iterator]: () => ({ next: () => ({ done: false as const, value: asked++ }) }) };
    const { outcomes, stop } = await batch(
      items,
      { concurrency: 1, signal: AbortSignal.abort("no") },
      (each) => each,
    );
    expect([asked, outcomes, stop]).to.deep.equal([0, [], { reason: "no" }]);
  });

  it("leaves no listener on its signal", async () => {
    const { signal } = new AbortController();
    await batch([1, sleep(1), 2], { concurrency: 2, signal }, (each) => each);
    expect(getEventListeners(signal, "abort")).to.deep.equal([]);
  });

  it("loses nothing that was taken as its signal is aborted", async () => {
    for (const isAsync of [false, true]) {
      const queue = [1, 2, 3, 4];
      const abort = new AbortController();
      const next = (): IteratorResult<number> => {
        const value = queue.shift();
        if (value === 2) abort.abort("enough");
        return value === undefined ? { done: true, value } : { done: false, value };
      };
      const source = isAsync
        ? { [Symbol.asyncIterator]: () => ({ next: async () => next() }) }
        : { [Symbol.iterator]: () => ({ next }) };
      const options = { concurrency: 2, signal: abort.signal };
      const { results, stop } = await batch(source as Iterable<number>, options, (each) => each);
      expect([results, queue, stop]).to.deep.equal([[1, 2], [3, 4], { reason: "enough" }]);
    }
  });

  it("can be aborted though there is no end of items, and work on each is done at once", async () => {
    const options = { concurrency: 2, signal: AbortSignal.timeout(5) };
    const { stop } = await batch(endless(), options, (each) => each);
    expect(stop?.reason).to.have.property("name", "TimeoutError");
  });

  it("says why it took no more, whatever closing the iterable throws", async () => {
    for (const close of [
      () => {
        throw new Error("close");
      },
      () => Promise.reject(new Error("close")),
      5,
    ]) {
      const abort = new AbortController();
      const source = { next: () => ({ done: false, value: 1 }), return: close };
      const { stop } = await batch(
        { [Symbol.iterator]: () => source } as unknown as Iterable<number>,
        { concurrency: 1, signal: abort.signal },
        () => abort.abort("enough"),
      );
      expect(stop).to.deep.equal({ reason: "enough" });
    }
  });

  it("ends where the iterator says so by whatever counts as true", async () => {
    const results = [{ value: 1 }, { done: 0, value: 2 }, { done: 1, value: 3 }];
    const source = { [Symbol.iterator]: () => ({ next: () => results.shift() }) };
    expect((await batch(source as never, { concurrency: 1 }, (each) => each)).results).to.deep.equal([1, 2]);
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

  it("lets no promise among the items keep the others waiting, or end the process before its turn", async () => {
    const seen: number[] = [];
    const items = [sleep(20, 0), sleep(1).then(() => Promise.reject(new Error("early"))), 1, 2];
    const { outcomes } = await batch(items as number[], { concurrency: 3 }, (item) => seen.push(item));
    expect(seen).to.deep.equal([1, 2, 0]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    const late = [1, sleep(1).then(() => Promise.reject(new Error("early"))), new Set([1])];
    const { errors } = await batch(late, { concurrency: 1 }, () => sleep(5));
    expect(errors.map(String)).to.deep.equal(["Error: early"]);
  });

  it("asks an iterable for its items once, also one that is an array", async () => {
    class Queue extends Array<number> {
      override *[Symbol.iterator](): ArrayIterator<number> {
        for (let next = this.shift(); next !== undefined; next = this.shift()) yield next;
        return undefined;
      }
    }
    const { results } = await batch(Queue.from([1, 2, 3]), { concurrency: 1 }, (item) => item);
    expect(results).to.deep.equal([1, 2, 3]);
    const throwing = Object.defineProperty([1, 2], 1, {
      get: () => {
        throw new Error("getter");
      },
    });
    const { results: first, stop } = await batch(throwing, { concurrency: 1 }, (item) => item);
    expect([first, String(stop?.reason)]).to.deep.equal([[1], "Error: getter"]);
  });

  it("gives up a promise among the items that hangs once its signal is aborted", async () => {
    const abort = new AbortController();
    const items = [new Promise<number>(() => {}), 1, 2];
    const { outcomes } = await batch(items, { concurrency: 2, signal: abort.signal }, (item) => {
      if (item === 2) abort.abort("enough");
      return item;
    });
    expect(outcomes).to.deep.equal([
      { status: "rejected", reason: "enough" },
      { status: "fulfilled", value: 1 },
      { status: "fulfilled", value: 2 },
    ]);
  });

  it("takes what work gives for nothing but a result", async () => {
    const { results } = await batch([pMapStop, pMapSkip, 3], { concurrency: 1 }, (item) => item);
    expect(results).to.deep.equal([pMapStop, pMapSkip, 3]);
  });

  it(
    "names spans by its option, or its work, and counts the items",
    testTelemetry(async (t) => {
      const seen: unknown[] = [];
      await batch(["a", "b"], { concurrency: 1, name: "import" }, (item, index) => seen.push([item, index]));
      await batch(["c"], { concurrency: 1 }, () => {});
      expect(seen).to.deep.equal([
        ["a", 0],
        ["b", 1],
      ]);
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["import", "import", "item"]);
    }),
  );

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
        "THR_NOT_A_CONCURRENCY",
      );
    expectCode(() => batch([], undefined as never, (each) => each), "THR_NOT_A_CONCURRENCY");
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
