import type { Account } from "../export/account.ts";
import type { Batch, BatchQueue } from "../export/batch-queue.ts";
import type { Handed, HandedItem } from "./messages.ts";

/** Hands something over; false where too much is on the way already. */
export type HandOver = (handed: Handed, transfer?: ArrayBuffer[]) => boolean;

/**
 * In a worker: hands batches to the thread that exports them, at once. What was handed over counts as delivered here;
 * what becomes of it there is in the account of that thread.
 */
export class HandOverQueue implements BatchQueue {
  readonly underWay = 0;
  readonly #kind: HandedItem;
  readonly #handOver: HandOver;
  readonly #account: Account;
  #isClosed = false;

  constructor(kind: HandedItem, handOver: HandOver, account: Account) {
    this.#kind = kind;
    this.#handOver = handOver;
    this.#account = account;
  }

  push({ body, items }: Batch): void {
    if (this.#isClosed) return this.#account.drop(items, "shutdown");
    const own = ownBytes(body);
    const handed = { kind: this.#kind, body: own, items, size: own.byteLength };
    const isHanded = this.#handOver(handed, [own.buffer]);
    if (isHanded) this.#account.deliver(items);
    else this.#account.drop(items, "queue_full");
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

/** Bytes that share their memory with no others, so that it can be handed over as it is. */
function ownBytes(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = body;
  return buffer instanceof ArrayBuffer && buffer.byteLength === body.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(body);
}
