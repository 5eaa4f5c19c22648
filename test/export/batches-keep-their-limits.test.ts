import { expect } from "chai";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { deadlineIn } from "../../src/core/deadline.ts";
import { Account } from "../../src/export/account.ts";
import type { BatchLimits } from "../../src/export/batch-limits.ts";
import { DeliveryQueue } from "../../src/export/delivery-queue.ts";
import type { Outcome } from "../../src/export/outcome.ts";
import { ReadableSpanBatcher } from "../../src/export/readable-span-batcher.ts";
import { RecordBatcher } from "../../src/export/record-batcher.ts";
import { SPANS } from "../../src/export/record-kind.ts";
import type { SpanSink } from "../../src/trace/record.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { readTraces } from "../otlp/oracle.ts";
import { silently } from "../stderr.ts";

const DELIVERED: Outcome = { kind: "delivered", rejected: 0, reason: "" };

/** A batcher, and one batch after the other that it sends, by the number of its spans. */
interface Batching {
  readonly account: Account;
  readonly sizes: number[];
  readonly end: (spans: number) => void;
  /** Lets what is under way arrive, and what comes after it. */
  readonly answer: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Make = (limits?: Partial<BatchLimits>) => Batching;

/** Answers that come when they are told to, and from then on at once. */
function answers() {
  const held: (() => void)[] = [];
  let isOpen = false;
  return {
    wait: () => new Promise<void>((resolve) => void (isOpen ? resolve() : held.push(resolve))),
    answer: async () => {
      isOpen = true;
      for (const resolve of held.splice(0)) resolve();
      for (let each = 0; each < 10; each++) await turn();
    },
  };
}

function endOf(sink: SpanSink, keepsEnded: boolean): (spans: number) => void {
  const tracer = new TracerProvider({ sink, keepsEnded }).getTracer("test");
  return (spans) =>
    void silently(() => {
      for (let each = 0; each < spans; each++) tracer.startSpan("span").end();
    });
}

const BATCHERS: Readonly<Record<string, Make>> = {
  RecordBatcher: (limits) => {
    const [account, sizes, { wait, answer }] = [new Account(), [] as number[], answers()];
    const send = async (body: Uint8Array): Promise<Outcome> => {
      const { resourceSpans } = readTraces(body);
      sizes.push(resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length);
      await wait();
      return DELIVERED;
    };
    const queue = new DeliveryQueue(
      { joinedBytes: 0, send, close: () => {} },
      account,
      "http://collector.test",
    );
    const batcher = new RecordBatcher(SPANS, { attributes: {} }, queue, account, limits);
    const close = () => batcher.close(deadlineIn(1_000));
    return { account, sizes, end: endOf(batcher, false), answer, close };
  },
  ReadableSpanBatcher: (limits) => {
    const [account, sizes, { wait, answer }] = [new Account(), [] as number[], answers()];
    const exporter = {
      export: (spans: readonly unknown[], done: (result: { code: number }) => void) => {
        sizes.push(spans.length);
        void wait().then(() => done({ code: 0 }));
      },
      shutdown: async () => {},
    };
    const batcher = new ReadableSpanBatcher(exporter, account, limits);
    return { account, sizes, end: endOf(batcher, true), answer, close: () => batcher.close() };
  },
};

const dropped = ({ account }: Batching) => account.report().dropped.queue_full;

for (const [name, make] of Object.entries(BATCHERS)) {
  describe(`${name} keeps its limits`, () => {
    const open: Batching[] = [];
    const batching: Make = (limits) => {
      const made = make({ delay: 60_000, ...limits });
      open.push(made);
      return made;
    };

    afterEach(async () => {
      for (const { answer, close } of open.splice(0)) {
        await answer();
        await close();
      }
    });

    it("a batch leaves when it is full, and not before", async () => {
      const { sizes, end } = batching({ batchRecords: 3 });
      end(2);
      await turn();
      expect(sizes).to.deep.equal([]);
      end(1);
      expect(sizes).to.deep.equal([3]);
    });

    it("no batch has more spans than it may, and a last one has the rest", async () => {
      const { sizes, end, answer, close, account } = batching({ batchRecords: 3 });
      end(8);
      await answer();
      await close();
      expect(sizes).to.deep.equal([3, 3, 2]);
      expect(account.report()).to.include({ made: 8, delivered: 8, pending: 0 });
    });

    it("a batch leaves at its age though it is not full", async function () {
      this.timeout(3_000);
      const { sizes, end } = batching({ delay: 20, batchRecords: 100 });
      end(2);
      expect(sizes).to.deep.equal([]);
      while (sizes.length === 0) await sleep(5);
      expect(sizes).to.deep.equal([2]);
    });

    it("keeps as many spans as the queue may have, those under way included, and counts the others", () => {
      const made = batching({ batchRecords: 2, queueRecords: 5 });
      made.end(5);
      expect([made.account.pending, dropped(made)]).to.deep.equal([5, 0]);
      made.end(4);
      expect([made.account.pending, dropped(made)]).to.deep.equal([5, 4]);
      expect(made.sizes).to.deep.equal([2]);
    });

    it("has room again for what was delivered", async () => {
      const made = batching({ batchRecords: 2, queueRecords: 4 });
      made.end(6);
      await made.answer();
      made.end(4);
      await made.answer();
      await made.close();
      const { delivered, pending } = made.account.report();
      expect({ delivered, pending, dropped: dropped(made) }).to.deep.equal({
        delivered: 8,
        pending: 0,
        dropped: 2,
      });
    });

    it("a batch that is to be larger than the queue is as large as the queue", async () => {
      const made = batching({ batchRecords: 100, queueRecords: 4 });
      made.end(3);
      expect(made.sizes).to.deep.equal([]);
      made.end(1);
      expect(made.sizes).to.deep.equal([4]);
      expect(dropped(made)).to.equal(0);
    });

    it("a queue of one span takes one after the other", async () => {
      const made = batching({ batchRecords: 1, queueRecords: 1 });
      made.end(2);
      await made.answer();
      made.end(1);
      await made.answer();
      expect([made.sizes, dropped(made)]).to.deep.equal([[1, 1], 1]);
    });
  });
}

describe("without limits of its own", () => {
  it("RecordBatcher is bounded in bytes alone: a hundred thousand spans are too many for neither batch nor queue", async () => {
    const { account, sizes, end, answer, close } = BATCHERS["RecordBatcher"]?.() ?? expect.fail();
    end(100_000);
    await answer();
    await close();
    expect(account.report()).to.include({ made: 100_000, delivered: 100_000, pending: 0 });
    expect(Math.max(...sizes)).to.be.above(512);
  });

  it("ReadableSpanBatcher has batches of 512, and keeps 65,536 spans", async () => {
    const made = BATCHERS["ReadableSpanBatcher"]?.() ?? expect.fail();
    made.end(65_536);
    expect([made.sizes, made.account.pending, dropped(made)]).to.deep.equal([[512], 65_536, 0]);
    made.end(1);
    expect([made.account.pending, dropped(made)]).to.deep.equal([65_536, 1]);
    await made.answer();
    await made.close();
    expect(made.account.report()).to.include({ delivered: 65_536, pending: 0 });
  });
});

describe("an exporter's export", () => {
  it("is given up after its time-out, and its spans are counted", async () => {
    const account = new Account();
    const exporter = { export: () => {}, shutdown: async () => {} };
    const batcher = new ReadableSpanBatcher(exporter, account, { batchRecords: 1, exportTimeout: 20 });
    endOf(batcher, true)(1);
    expect(account.pending).to.equal(1);
    await batcher.close();
    expect(account.report().dropped.exporter_failed).to.equal(1);
  });
});

describe("what is pending", () => {
  it("is what was made and is neither delivered nor refused nor dropped, at any moment", () => {
    const account = new Account();
    const pending = [
      () => account.make(10),
      () => account.deliver(1),
      () => account.reject(2),
      () => account.drop(1, "queue_full"),
      () => account.drop(2, "encoding"),
      () => account.drop(1, "shutdown"),
      () => account.drop(3, "exporter_failed"),
    ].map((happen) => {
      happen();
      expect(account.report().pending).to.equal(account.pending);
      return account.pending;
    });
    expect(pending).to.deep.equal([10, 9, 7, 6, 4, 3, 0]);
  });

  it("is none of what a report that was taken earlier says", () => {
    const account = new Account();
    account.make(1);
    const report = account.report();
    account.drop(1, "shutdown");
    expect([report.pending, report.dropped.shutdown]).to.deep.equal([1, 0]);
  });
});
