import { runSuppressed } from "../context/suppression.ts";
import { type Deadline, endsBy } from "../core/deadline.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { Account } from "../export/account.ts";
import type { BatchLimits } from "../export/batch-limits.ts";
import type { Batch, BatchQueue } from "../export/batch-queue.ts";
import { DeliveryQueue } from "../export/delivery-queue.ts";
import { type HttpTarget, httpTransport } from "../export/http-transport.ts";
import type { Outcome } from "../export/outcome.ts";
import { timedTransport } from "../export/timed-transport.ts";
import type { Resource } from "../resource/resource.ts";
import type { SelfMetrics } from "./self-metrics.ts";

/** One signal's way out of the process. */
export interface Pipeline {
  /** Takes what a worker has made; where there is none, workers make nothing for it. */
  admit?(batch: Batch): void;
  /** What there is leaves at once, as far as that needs no time. */
  cut?(): void;
  /** Told as the process is asked to end: what comes afterwards leaves at once. */
  hurry?(): void;
  flush(deadline: Deadline): Promise<void>;
  close(deadline: Deadline): Promise<void>;
}

/** What a provider of the official SDK has beside the API's. */
interface Closable {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** The way out that another's provider has by itself. */
export function foreignPipeline(provider: object): Pipeline {
  const closable: Closable = provider;
  return {
    flush: (deadline) => within(deadline, () => closable.forceFlush?.()),
    close: (deadline) => within(deadline, () => closable.shutdown?.()),
  };
}

/** What others do ends by the deadline for us, whatever becomes of it, and is not traced. */
export async function within(deadline: Deadline, work: () => Promise<void> | undefined): Promise<void> {
  const done = runSuppressed(async () => work()).catch(reportFailure);
  if (!(await endsBy(deadline, done))) reportLate();
}

function reportLate(): void {
  report("plugin_failed", "another SDK's part did not flush or shut down in time: it is not waited for");
}

function reportFailure(thrown: unknown): void {
  report("plugin_failed", `another SDK's part failed to flush or shut down (${describe(thrown)})`);
}

/** Told of an attempt to send, and how long it took, in seconds. */
export type Took = (seconds: number, outcome: Outcome) => void;

/** The queue to a collector. */
export function deliveryQueue(target: HttpTarget, account: Account, took: Took): BatchQueue {
  const { origin, pathname } = target.url;
  return new DeliveryQueue(timedTransport(httpTransport(target), took), account, `${origin}${pathname}`);
}

/** The thread that exports for a worker. */
interface Parent {
  queue(item: "span" | "log", account: Account): BatchQueue;
  handSoon(): void;
}

/**
 * The same for batches of spans or log records, in a worker to the thread that has a collector: an attempt ends at the nearer
 * of the time-outs of exporter and batching; batches of a size that is asked for stay apart.
 */
export function batchQueue(
  item: "span" | "log",
  target: HttpTarget,
  batch: Partial<BatchLimits>,
  exportingThread: Parent | undefined,
  account: Account,
  self: SelfMetrics | undefined,
): BatchQueue {
  const timeout = Math.min(target.timeout, batch.exportTimeout ?? Infinity);
  const joined = { ...target, timeout, joins: batch.batchRecords === undefined };
  let took: Took | undefined;
  const queue =
    exportingThread?.queue(item, account) ?? deliveryQueue(joined, account, (...sent) => took?.(...sent));
  took = self?.exporter(item, joined, account, queue);
  self?.processor(item, account, queue, batch.queueRecords);
  return queue;
}

/** What takes records of one kind, and leaves with a batch of them. */
interface Batcher<Item> extends Pipeline {
  accept(record: Item): void;
  cut(): void;
}

/** What a worker has is handed over with each turn of its event loop: it may be terminated at any moment. */
export function handingOver<Item>(
  batcher: Batcher<Item>,
  exportingThread: Parent | undefined,
): Pipeline & { accept(record: Item): void } {
  if (exportingThread === undefined) return batcher;
  return {
    accept: (record) => {
      batcher.accept(record);
      exportingThread.handSoon();
    },
    cut: () => batcher.cut(),
    flush: (deadline) => batcher.flush(deadline),
    close: (deadline) => batcher.close(deadline),
  };
}

export function serviceOf(resource: Resource): string {
  return String(resource.attributes["service.name"]);
}
