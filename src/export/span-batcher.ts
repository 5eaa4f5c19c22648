import { clearInterval, setInterval } from "node:timers";
import type { Deadline } from "../core/deadline.ts";
import { describe, report } from "../core/diagnostics.ts";
import { SpanBatchEncoder } from "../otlp/span-batch-encoder.ts";
import type { Resource } from "../resource/resource.ts";
import type { SpanRecord, SpanSink } from "../trace/record.ts";
import type { Account } from "./account.ts";
import { type BatchLimits, HURRIED_DELAY } from "./batch-limits.ts";
import type { Batch, BatchQueue } from "./batch-queue.ts";

/** A batch is cut once its spans have this size, in bytes. */
const BATCH_BYTES = 256 * 1024;

/** … and at this age, in ms.  (Specification: Batching processor, scheduledDelayMillis) */
const BATCH_DELAY = 5_000;

/** Encodes each span as it ends, so that it can die young, and hands full batches to the queue. */
export class SpanBatcher implements SpanSink {
  readonly #encoder: SpanBatchEncoder;
  readonly #queue: BatchQueue;
  readonly #account: Account;
  #timer: NodeJS.Timeout;
  readonly #batchSpans: number;
  readonly #queueSpans: number;
  #isClosed = false;
  /** What workers have handed over, and has not left yet. */
  #handed: Batch[] = [];
  #handedBytes = 0;

  /** Bounded in bytes; in spans only where `limits` says so. */
  constructor(
    resource: Resource,
    queue: BatchQueue,
    account: Account,
    { delay = BATCH_DELAY, batchSpans = Infinity, queueSpans = Infinity }: Partial<BatchLimits> = {},
  ) {
    this.#batchSpans = Math.min(batchSpans, queueSpans);
    this.#queueSpans = queueSpans;
    this.#encoder = new SpanBatchEncoder(resource);
    this.#queue = queue;
    this.#account = account;
    this.#timer = setInterval(() => this.cut(), delay).unref();
  }

  accept(record: SpanRecord): void {
    this.#account.make(1);
    if (this.#isClosed) return this.#account.drop(1, "shutdown");
    if (this.#account.pending > this.#queueSpans) return this.#dropForSpace(1);
    const before = this.#encoder.spansLength;
    if (!this.#encoder.append(record)) {
      this.#account.drop(1, "encoding");
      report("internal_error", `span ${describe(record.name)} could not be encoded and was dropped`);
    } else if (this.#encoder.spansLength - before > BATCH_BYTES && before > 0) {
      this.#sendAlone(record);
    } else if (this.#encoder.spansLength >= BATCH_BYTES || this.#encoder.spanCount >= this.#batchSpans) {
      this.cut();
    }
  }

  /** Takes what a worker has encoded: it leaves with the next batch. */
  admit(batch: Batch): void {
    this.#account.make(batch.items);
    if (this.#isClosed) return this.#account.drop(batch.items, "shutdown");
    if (this.#account.pending > this.#queueSpans) return this.#dropForSpace(batch.items);
    this.#handed.push(batch);
    this.#handedBytes += batch.body.byteLength;
    if (this.#handedBytes >= BATCH_BYTES) this.cut();
  }

  #dropForSpace(items: number): void {
    this.#account.drop(items, "queue_full");
    report("queue_full", "more spans wait than OTEL_BSP_MAX_QUEUE_SIZE: new ones are dropped and counted");
  }

  /** A span that is a batch by itself may be more than the collector takes: the others are not to go with it. */
  #sendAlone(record: SpanRecord): void {
    this.#encoder.retract();
    this.cut();
    if (!this.#encoder.append(record)) this.#account.drop(1, "encoding");
    this.cut();
  }

  /** From now on spans leave nearly as they end. */
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
    const items = this.#encoder.spanCount;
    if (items > 0) this.#queue.push({ body: this.#encoder.take(), items });
    for (const batch of this.#handed.splice(0)) this.#queue.push(batch);
    this.#handedBytes = 0;
  }
}
