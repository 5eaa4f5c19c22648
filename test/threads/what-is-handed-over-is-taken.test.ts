import { createNoopMeter, type MeterProvider } from "@opentelemetry/api";
import { expect } from "chai";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Account, type DropReason } from "../../src/export/account.ts";
import type { Batch } from "../../src/export/batch-queue.ts";
import { HandOverQueue } from "../../src/threads/hand-over-queue.ts";
import { asMessage, type Handed } from "../../src/threads/protocol.ts";
import { drainWorkers, WorkerIntake } from "../../src/threads/worker-intake.ts";
import { silently } from "../stderr.ts";

describe("a hand-over", () => {
  for (const [reason, delivered] of [
    [undefined, 3],
    ["queue_full", 0],
    ["shutdown", 0],
  ] as const)
    it(`is in the account as it went: ${reason ?? "delivered"}`, () => {
      const account = new Account();
      account.make(3);
      const queue = new HandOverQueue("span", (): DropReason | undefined => reason, account);
      queue.push({ body: new Uint8Array(4), items: 3 });
      const { dropped, pending, ...report } = account.report();
      expect([report.delivered, pending]).to.deep.equal([delivered, 0]);
      if (reason !== undefined) expect(dropped[reason]).to.equal(3);
    });

  it("is none after the end", async () => {
    const account = new Account();
    account.make(1);
    const posted: Handed[] = [];
    const queue = new HandOverQueue("log", (handed) => void posted.push(handed), account);
    await queue.close();
    queue.push({ body: new Uint8Array(1), items: 1 });
    expect([posted.length, account.report().dropped.shutdown]).to.deep.equal([0, 1]);
  });

  it("gives away memory of its own alone", () => {
    const moved: number[] = [];
    const take = (_handed: Handed, transfer: ArrayBuffer[] = []): undefined =>
      void moved.push(...transfer.map(({ byteLength }) => byteLength));
    const queue = new HandOverQueue("span", take, new Account());
    const shared = new Uint8Array(100).fill(7);
    queue.push({ body: shared.subarray(10, 14), items: 1 });
    expect(moved).to.deep.equal([4]);
    expect(shared.buffer.byteLength).to.equal(100);
  });
});

/** A worker's end of its channel, which it has told of. */
function helloOf(thread: number): { port: MessagePort; onTheWay: Int32Array<SharedArrayBuffer> } {
  const { port1, port2 } = new MessageChannel();
  const onTheWay = new Int32Array(new SharedArrayBuffer(4));
  Atomics.store(onTheWay, 0, 10);
  process.emit("workerMessage" as "exit", asMessage({ thread, port: port2, onTheWay }) as never);
  return { port: port1, onTheWay };
}

describe("the thread that exports", () => {
  const meterProvider: MeterProvider = { getMeter: () => createNoopMeter() };

  it("takes what is there as it is asked, says so, and is stopped by nothing that is none", () => {
    const taken: string[] = [];
    const admit = (kind: string) => (batch: Batch) => void taken.push(`${kind} ${batch.items}`);
    const intake = new WorkerIntake({ span: admit("span"), log: admit("log") }, meterProvider);
    const { port, onTheWay } = helloOf(1);
    for (const message of [
      { kind: "span", body: new Uint8Array(1), items: 2, size: 4 },
      { kind: "nonsense", size: 0 },
      { kind: "measurements", size: 0, instruments: 5 },
      { kind: "log", body: new Uint8Array(1), items: 3, size: 6 },
    ])
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
      port.postMessage(message);
    silently(() => drainWorkers());
    expect([taken, Atomics.load(onTheWay, 0)]).to.deep.equal([["span 2", "log 3"], 0]);
    intake.end();
    port.close();
  });

  it("hears nobody any more after its end", () => {
    const intake = new WorkerIntake({ span: () => {}, log: () => {} }, meterProvider);
    const before = process.listenerCount("workerMessage");
    intake.end();
    expect(process.listenerCount("workerMessage")).to.equal(before - 1);
    drainWorkers();
  });
});
