import { clearInterval, setInterval } from "node:timers";
import type { Deadline } from "../core/deadline.ts";
import { report } from "../core/diagnostics.ts";
import { RecordBatchEncoder, type Scoped } from "../otlp/record-batch-encoder.ts";
import type { Resource } from "../resource/resource.ts";
import type { Account } from "./account.ts";
import { type BatchLimits, HURRIED_DELAY } from "./batch-limits.ts";
import type { Batch, BatchQueue } from "./batch-queue.ts";
import type { RecordKind } from "./record-kind.ts";

/** A batch is cut once its records have this size, in bytes. */
const BATCH_BYTES = 256 * 1024;

/**
 * Encodes each span as it ends, or each log record as it is emitted, so that it can die young, and hands full batches to
 * the queue.
 */
export class RecordBatcher<Item extends Scoped> {
  readonly #kind: RecordKind<Item>;
  readonly #encoder: RecordBatchEncoder<Item>;
  readonly #queue: BatchQueue;
  readonly #account: Account;
  #timer: NodeJS.Timeout;
  readonly #batchRecords: number;
  readonly #queueRecords: number;
  #isClosed = false;
  /** What workers have handed over, and has not left yet. */
  #handed: Batch[] = [];
  #handedBytes = 0;

  /** Bounded in bytes; in records only where `limits` says so. */
  constructor(
    kind: RecordKind<Item>,
    resource: Resource,
    queue: BatchQueue,
    account: Account,
    { delay = kind.delay, batchRecords = Infinity, queueRecords = Infinity }: Partial<BatchLimits> = {},
  ) {
    this.#batchRecords = Math.min(batchRecords, queueRecords);
    this.#queueRecords = queueRecords;
    this.#kind = kind;
    this.#encoder = new RecordBatchEncoder(resource, kind.write);
    this.#queue = queue;
    this.#account = account;
    this.#timer = setInterval(() => this.cut(), delay).unref();
  }

  accept(record: Item): void {
    this.#account.make(1);
    if (this.#isClosed) return this.#account.drop(1, "shutdown");
    if (this.#account.pending > this.#queueRecords) return this.#dropForSpace(1);
    const before = this.#encoder.recordsLength;
    if (!this.#encoder.append(record)) {
      this.#account.drop(1, "encoding");
      report("internal_error", `${this.#kind.titleOf(record)} could not be encoded and was dropped`);
    } else if (this.#encoder.recordsLength - before > BATCH_BYTES && before > 0) {
      this.#sendAlone(record);
    } else if (
      this.#encoder.recordsLength >= BATCH_BYTES ||
      this.#encoder.recordCount >= this.#batchRecords
    ) {
      this.cut();
    }
  }

  /** Takes what a worker has encoded: it leaves with the next batch. */
  admit(batch: Batch): void {
    this.#account.make(batch.items);
    if (this.#isClosed) return this.#account.drop(batch.items, "shutdown");
    if (this.#account.pending > this.#queueRecords) return this.#dropForSpace(batch.items);
    this.#handed.push(batch);
    this.#handedBytes += batch.body.byteLength;
    if (this.#handedBytes >= BATCH_BYTES) this.cut();
  }

  #dropForSpace(items: number): void {
    this.#account.drop(items, "queue_full");
    const { plural, queueVariable } = this.#kind;
    report("queue_full", `more ${plural} wait than ${queueVariable}: new ones are dropped and counted`);
  }

  /** A record that is a batch by itself may be more than the collector takes: the others are not to go with it. */
  #sendAlone(record: Item): void {
    this.#encoder.retract();
    this.cut();
    if (!this.#encoder.append(record)) this.#account.drop(1, "encoding");
    this.cut();
  }

  /** From now on records leave nearly as they come. */
  hurry(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.cut(), HURRIED_DELAY).unref();
  }

  flush(deadline: Deadline): Promise<void> {
    this.cut();
    return this.#queue.flush(deadline);
  }

  close(deadline: Deadline): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    this.cut();
    return this.#queue.close(deadline);
  }

  /** Hands all that there is to the queue. */
  cut(): void {
    const items = this.#encoder.recordCount;
    if (items > 0) this.#queue.push({ body: this.#encoder.take(), items });
    for (const batch of this.#handed.splice(0)) this.#queue.push(batch);
    this.#handedBytes = 0;
  }
}
