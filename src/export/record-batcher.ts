import { clearInterval, setInterval } from "node:timers";
import type { Deadline } from "../core/deadline.ts";
import { report } from "../core/diagnostics.ts";
import { RecordBatchEncoder, type Scoped } from "../otlp/record-batch-encoder.ts";
import type { Resource } from "../resource/resource.ts";
import type { Account } from "./account.ts";
import { type BatchLimits, HURRIED_DELAY } from "./batch-limits.ts";
import type { DeliveryQueue } from "./delivery-queue.ts";
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
  readonly #queue: DeliveryQueue;
  readonly #account: Account;
  #timer: NodeJS.Timeout;
  readonly #batchRecords: number;
  readonly #queueRecords: number;
  #isClosed = false;

  /** Bounded in bytes; in records only where `limits` says so. */
  constructor(
    kind: RecordKind<Item>,
    resource: Resource,
    queue: DeliveryQueue,
    account: Account,
    { delay = kind.delay, batchRecords = Infinity, queueRecords = Infinity }: Partial<BatchLimits> = {},
  ) {
    this.#batchRecords = Math.min(batchRecords, queueRecords);
    this.#queueRecords = queueRecords;
    this.#kind = kind;
    this.#encoder = new RecordBatchEncoder(resource, kind.write);
    this.#queue = queue;
    this.#account = account;
    this.#timer = setInterval(() => this.#cut(), delay).unref();
  }

  accept(record: Item): void {
    this.#account.make(1);
    if (this.#isClosed) return this.#account.drop(1, "shutdown");
    if (this.#account.pending > this.#queueRecords) return this.#dropForSpace();
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
      this.#cut();
    }
  }

  #dropForSpace(): void {
    this.#account.drop(1, "queue_full");
    const { plural, queueVariable } = this.#kind;
    report("queue_full", `more ${plural} wait than ${queueVariable}: new ones are dropped and counted`);
  }

  /** A record that is a batch by itself may be more than the collector takes: the others are not to go with it. */
  #sendAlone(record: Item): void {
    this.#encoder.retract();
    this.#cut();
    if (!this.#encoder.append(record)) this.#account.drop(1, "encoding");
    this.#cut();
  }

  /** From now on records leave nearly as they come. */
  hurry(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#cut(), HURRIED_DELAY).unref();
  }

  flush(deadline: Deadline): Promise<void> {
    this.#cut();
    return this.#queue.flush(deadline);
  }

  close(deadline: Deadline): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    this.#cut();
    return this.#queue.close(deadline);
  }

  #cut(): void {
    const items = this.#encoder.recordCount;
    if (items > 0) this.#queue.push({ body: this.#encoder.take(), items });
  }
}
