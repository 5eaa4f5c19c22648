import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { deadlineIn } from "../../src/core/deadline.ts";
import { silently } from "../stderr.ts";
import { Account } from "../../src/export/account.ts";
import { DeliveryQueue } from "../../src/export/delivery-queue.ts";
import type { Outcome } from "../../src/export/outcome.ts";

const MEBIBYTE = 1024 * 1024;
const DELIVERED: Outcome = { kind: "delivered", rejected: 0, reason: "" };
const REFUSED: Outcome = { kind: "rejected", reason: "HTTP 400" };
const UNREACHABLE: Outcome = { kind: "again", reason: "ECONNREFUSED", after: undefined, isUnreachable: true };
const AT_ONCE: Outcome = { kind: "again", reason: "HTTP 503", after: undefined, isUnreachable: false };
const LATER: Outcome = { kind: "again", reason: "HTTP 429", after: 60_000, isUnreachable: false };

/** A queue to a collector that answers as told, the last answer for ever; `sent` lists the bodies by first byte. */
function queueTo(...answers: Outcome[]): To {
  return joiningQueueTo(0, ...answers);
}

interface To {
  readonly queue: DeliveryQueue;
  readonly account: Account;
  readonly sent: number[];
  readonly lengths: number[];
}

/** The same, of which batches go together up to so many bytes; `lengths` are of the bodies that were sent. */
function joiningQueueTo(joinedBytes: number, ...answers: Outcome[]): To {
  const lengths: number[] = [];
  const account = new Account();
  const sent: number[] = [];
  const send = async (body: Uint8Array): Promise<Outcome> => {
    sent.push(body[0] ?? -1);
    lengths.push(body.byteLength);
    await sleep(5);
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? DELIVERED;
  };
  const transport = { joinedBytes, send, close: () => {} };
  const queue = new DeliveryQueue(
    transport,
    account,
    "http://collector.test",
    100 + 2 * joinedBytes,
    () => 1,
  );
  return { queue, account, sent, lengths };
}

function push({ queue, account }: { queue: DeliveryQueue; account: Account }, ...marks: number[]): void {
  for (const mark of marks) {
    account.make(10);
    queue.push({ body: new Uint8Array(30).fill(mark), items: 10 });
  }
}

describe("batches arrive or are counted", () => {
  it("one at a time and in order", async () => {
    const to = queueTo(DELIVERED);
    push(to, 1, 2, 3);
    expect(to.sent).to.deep.equal([1]);
    await to.queue.flush(deadlineIn(1000));
    expect(to.sent).to.deep.equal([1, 2, 3]);
    expect(to.account.report()).to.include({ made: 30, delivered: 30, pending: 0 });
  });

  it("what waits goes together, as far as one request may be long", async () => {
    const to = joiningQueueTo(60, DELIVERED);
    push(to, 1, 2, 3, 4, 5, 6);
    await to.queue.flush(deadlineIn(1000));
    expect([to.sent, to.lengths]).to.deep.equal([
      [1, 2, 4, 6],
      [30, 60, 60, 30],
    ]);
    expect(to.account.report()).to.include({ made: 60, delivered: 60, pending: 0 });
  });

  it("of what goes together as many are refused as the collector says, and what it refuses whole goes one by one", async () => {
    const partly: Outcome = { kind: "delivered", rejected: 15, reason: "too old" };
    const some = joiningQueueTo(60, DELIVERED, partly, DELIVERED);
    push(some, 1, 2, 3, 4);
    await some.queue.flush(deadlineIn(1000));
    expect(some.account.report()).to.include({ made: 40, delivered: 25, rejected: 15, pending: 0 });

    const all = joiningQueueTo(90, DELIVERED, REFUSED, DELIVERED, REFUSED, DELIVERED);
    push(all, 1, 2, 3, 4, 5, 6);
    await all.queue.flush(deadlineIn(1000));
    expect([all.sent, all.lengths]).to.deep.equal([
      [1, 2, 2, 3, 4, 5, 6],
      [30, 90, 30, 30, 30, 30, 30],
    ]);
    expect(all.account.report()).to.include({ made: 60, delivered: 50, rejected: 10, pending: 0 });
  });

  it("what does not get through together goes in less and less, and together again once all has", async () => {
    const slow: Outcome = { ...AT_ONCE, reason: "no answer within 10000 ms" };
    const to = joiningQueueTo(120, DELIVERED, slow, slow, DELIVERED, DELIVERED, DELIVERED, DELIVERED);
    push(to, 1, 2, 3, 4, 5);
    await to.queue.flush(deadlineIn(1000));
    expect([to.sent, to.lengths]).to.deep.equal([
      [1, 2, 2, 2, 3, 4, 5],
      [30, 120, 60, 30, 30, 30, 30],
    ]);
    push(to, 6, 7, 8);
    await to.queue.flush(deadlineIn(1000));
    expect(to.lengths.slice(7)).to.deep.equal([30, 60]);
    expect(to.account.report()).to.include({ made: 80, delivered: 80, pending: 0 });
  });

  it("what is too long to be sent does not mean that somebody is there", async () => {
    const to = queueTo({ kind: "too_large" }, UNREACHABLE);
    silently(() => push(to, 1));
    push(to, 2);
    await to.queue.flush(deadlineIn(60_000));
    expect(to.account.report()).to.include({ made: 20, pending: 10 });
  });

  it("a flush tries again no sooner than a second after the collector has asked for time", async () => {
    const to = queueTo(LATER, DELIVERED);
    push(to, 1);
    const began = performance.now();
    for (let each = 0; each < 5; each++) await to.queue.flush(deadlineIn(50));
    expect(to.sent).to.deep.equal([1]);
    await to.queue.flush(deadlineIn(5_000));
    expect(performance.now() - began).to.be.within(990, 3_000);
    expect(to.account.report()).to.include({ delivered: 10, pending: 0 });
  });

  it("a fault that passes costs nothing: the same batch is sent until it is taken", async () => {
    const to = queueTo(AT_ONCE, AT_ONCE, DELIVERED);
    push(to, 1, 2);
    await to.queue.flush(deadlineIn(1000));
    expect(to.sent).to.deep.equal([1, 1, 1, 2]);
    expect(to.account.report()).to.include({ delivered: 20, pending: 0 });
  });

  it("a batch that is refused for good is counted and does not hold up the next", async () => {
    const to = queueTo(REFUSED, DELIVERED);
    push(to, 1, 2);
    await to.queue.flush(deadlineIn(1000));
    expect(to.account.report()).to.include({ rejected: 10, delivered: 10, pending: 0 });
  });

  it("items that a collector refuses of a batch it takes are counted one by one", async () => {
    const to = queueTo({ kind: "delivered", rejected: 3, reason: "too old" });
    push(to, 1);
    await to.queue.flush(deadlineIn(1000));
    expect(to.account.report()).to.include({ rejected: 3, delivered: 7, pending: 0 });
  });

  it("a collector cannot refuse more than it was sent", async () => {
    const to = queueTo({ kind: "delivered", rejected: 1e9, reason: "nonsense" });
    push(to, 1);
    await to.queue.flush(deadlineIn(1000));
    expect(to.account.report()).to.include({ rejected: 10, delivered: 0, pending: 0 });
  });

  it("keeps what fits its bytes and counts what does not", () => {
    const to = queueTo(LATER);
    push(to, 1, 2, 3, 4);
    const { dropped, pending } = to.account.report();
    expect({ dropped: dropped.queue_full, pending }).to.deep.equal({ dropped: 10, pending: 30 });
  });

  it("keeps 32 MiB, unless it is told otherwise, and bodies of up to 4 MiB", () => {
    const account = new Account();
    const never = new Promise<Outcome>(() => {});
    const queue = new DeliveryQueue(
      { joinedBytes: 0, send: () => never, close: () => {} },
      account,
      "http://collector.test",
    );
    const pushed = (bytes: number) => {
      account.make(1);
      queue.push({ body: new Uint8Array(bytes), items: 1 });
      return Object.entries(account.report().dropped).filter(([, count]) => count > 0);
    };
    silently(() => {
      for (let each = 0; each < 8; each++) expect(pushed(4 * MEBIBYTE)).to.deep.equal([]);
      expect(pushed(4 * MEBIBYTE + 1)).to.deep.equal([["too_large", 1]]);
      expect(pushed(1)).to.deep.equal([
        ["queue_full", 1],
        ["too_large", 1],
      ]);
    });
  });

  it("waits longer with each attempt that fails, and as long as the collector asks", async () => {
    const attempts: number[] = [];
    const times: number[] = [];
    const answers: Outcome[] = [AT_ONCE, AT_ONCE, { ...AT_ONCE, after: 80 }, DELIVERED, AT_ONCE, DELIVERED];
    const send = async (): Promise<Outcome> => {
      times.push(performance.now());
      return answers.shift() ?? DELIVERED;
    };
    const wait = (attempt: number) => {
      attempts.push(attempt);
      return 5;
    };
    const transport = { joinedBytes: 0, send, close: () => {} };
    const account = new Account();
    const to = { account, queue: new DeliveryQueue(transport, account, "http://collector.test", 100, wait) };
    push(to, 1, 2);
    while (account.pending > 0) await sleep(5);
    expect(attempts).to.deep.equal([1, 2, 3, 1]);
    const waits = times.map((time, at) => time - (times[at - 1] ?? time));
    expect(waits[3]).to.be.at.least(79);
  });

  it("has room again for what was delivered", async () => {
    const to = queueTo(DELIVERED);
    push(to, 1, 2, 3);
    await to.queue.flush(deadlineIn(1000));
    push(to, 4, 5, 6);
    await to.queue.flush(deadlineIn(1000));
    expect(to.account.report()).to.include({ made: 60, delivered: 60 });
  });

  it("a flush does not sit out a wait that began before it", async () => {
    const to = queueTo(LATER, DELIVERED);
    push(to, 1);
    await sleep(20);
    await to.queue.flush(deadlineIn(1000));
    expect(to.account.report().delivered).to.equal(10);
  });

  it("a flush ends at its deadline, and what was not sent stays", async () => {
    const to = queueTo(LATER);
    push(to, 1);
    await to.queue.flush(deadlineIn(30));
    expect(to.account.report()).to.include({ delivered: 0, pending: 10 });
  });

  it("a flush waits only for what was there when it began", async () => {
    const to = queueTo(DELIVERED);
    push(to, 1);
    const flushed = to.queue.flush(deadlineIn(1000));
    push(to, 2);
    await flushed;
    expect(to.account.report().pending).to.equal(10);
  });

  it("concurrent flushes all resolve", async () => {
    const to = queueTo(AT_ONCE, DELIVERED);
    push(to, 1, 2, 3);
    await Promise.all([1, 2, 3].map(() => to.queue.flush(deadlineIn(1000))));
    expect(to.account.report().delivered).to.equal(30);
  });

  it("a flush gives up at once where nobody listens and nobody ever did", async () => {
    const to = queueTo(UNREACHABLE);
    push(to, 1);
    await to.queue.flush(deadlineIn(60_000));
    expect(to.account.report().pending).to.equal(10);
  });

  it("a flush does wait for a collector that has answered before", async () => {
    const to = queueTo(DELIVERED, UNREACHABLE, DELIVERED);
    push(to, 1);
    await to.queue.flush(deadlineIn(1000));
    push(to, 2);
    await to.queue.flush(deadlineIn(5000));
    expect(to.account.report().delivered).to.equal(20);
  });

  it("closing drops and counts what is left at the deadline, also what is on its way", async () => {
    const to = queueTo(LATER);
    push(to, 1, 2);
    await to.queue.close(deadlineIn(20));
    push(to, 3);
    const { dropped, pending } = to.account.report();
    expect({ dropped: dropped.shutdown, pending }).to.deep.equal({ dropped: 30, pending: 0 });
  });

  it("closing ends other flushes too", async () => {
    const to = queueTo(LATER);
    push(to, 1);
    const flushed = to.queue.flush(deadlineIn(60_000));
    await to.queue.close(deadlineIn(10));
    await flushed;
  });

  it("a collector that asks for no wait at all is not asked again at once", async () => {
    const account = new Account();
    let requests = 0;
    const send = async (): Promise<Outcome> => {
      requests++;
      return { ...AT_ONCE, after: 0 };
    };
    const queue = new DeliveryQueue(
      { joinedBytes: 0, send, close: () => {} },
      account,
      "http://collector.test",
      100,
    );
    push({ queue, account }, 1);
    await sleep(50);
    expect(requests).to.equal(1);
    await queue.close(deadlineIn(0));
  });

  it("nothing is counted twice when an answer comes after the close", async () => {
    const account = new Account();
    const answer = Promise.withResolvers<Outcome>();
    const send = (): Promise<Outcome> => answer.promise;
    const transport = { joinedBytes: 0, send, close: () => {} };
    const queue = new DeliveryQueue(transport, account, "http://collector.test", 100);
    push({ queue, account }, 1);
    await queue.close(deadlineIn(0));
    answer.resolve(DELIVERED);
    await sleep(5);
    expect(account.report()).to.include({ made: 10, delivered: 0, pending: 0 });
  });
});
