import type { Account, DropReason } from "../export/account.ts";
import type { Batch, BatchQueue } from "../export/batch-queue.ts";
import type { Handed, HandedItem } from "./protocol.ts";

/** Sends something to the thread that exports; says why it could not. */
export type Post = (handed: Handed, transfer?: ArrayBuffer[]) => DropReason | undefined;

/**
 * In a worker: hands batches to the thread that exports them, at once. What was handed over counts as delivered here;
 * what becomes of it there is in the account of that thread.
 */
export class HandOverQueue implements BatchQueue {
  readonly underWay = 0;
  readonly #kind: HandedItem;
  readonly #post: Post;
  readonly #account: Account;
  #isClosed = false;

  constructor(kind: HandedItem, post: Post, account: Account) {
    this.#kind = kind;
    this.#post = post;
    this.#account = account;
  }

  push({ body, items }: Batch): void {
    if (this.#isClosed) return this.#account.drop(items, "shutdown");
    const own = ownBytes(body);
    const handed = { kind: this.#kind, body: own, items, size: own.byteLength };
    const lost = this.#post(handed, [own.buffer]);
    if (lost === undefined) this.#account.deliver(items);
    else this.#account.drop(items, lost);
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
