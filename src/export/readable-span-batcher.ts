import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import type { ReadableSpan, SpanSink } from "../trace/record.ts";
import type { Account } from "./account.ts";
import { type BatchLimits, HURRIED_DELAY } from "./batch-limits.ts";
import type { ExportResult, SpanExporter } from "./span-exporter.ts";

/** The specification's, but for the queue, which is longer: about 64 MB of usual spans, as objects. */
const DEFAULTS: BatchLimits = {
  delay: 5_000,
  exportTimeout: 30_000,
  queueRecords: 65_536,
  batchRecords: 512,
};

/** Hands ended spans, as they are, to an exporter that is not ours: in batches, one export at a time. */
export class ReadableSpanBatcher implements SpanSink {
  readonly #exporter: SpanExporter;
  readonly #account: Account;
  readonly #limits: BatchLimits;
  #timer: NodeJS.Timeout;
  #waiting: ReadableSpan[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;
  #isAbandoned = false;

  constructor(exporter: SpanExporter, account: Account, limits: Partial<BatchLimits> = {}) {
    this.#exporter = exporter;
    this.#account = account;
    const all = { ...DEFAULTS, ...limits };
    this.#limits = { ...all, batchRecords: Math.min(all.batchRecords, all.queueRecords) };
    this.#timer = setInterval(() => void this.#drain(), this.#limits.delay).unref();
  }

  accept(span: ReadableSpan): void {
    this.#account.make(1);
    if (this.#isClosed) return this.#account.drop(1, "shutdown");
    if (this.#account.pending > this.#limits.queueRecords) {
      this.#account.drop(1, "queue_full");
      report("queue_full", "the span exporter takes too little: new spans are dropped and counted");
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= this.#limits.batchRecords) void this.#drain();
  }

  /** From now on spans leave nearly as they end. */
  hurry(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#drain(), HURRIED_DELAY).unref();
  }

  async flush(): Promise<void> {
    await this.#drain();
    // What came after the last export of one that was about to end.
    await this.#drain();
    await this.#exporter.forceFlush?.();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    await this.#drain();
    await this.#drain();
    if (!this.#isAbandoned) await this.#exporter.shutdown();
  }

  /** After `close` has had its time: what has not been taken by then is dropped and counted, whatever becomes of it. */
  abandon(): void {
    if (this.#account.pending === 0) return;
    this.#isAbandoned = true;
    this.#waiting = [];
    this.#account.drop(this.#account.pending, "shutdown");
    try {
      ignoreRejection(runSuppressed(() => this.#exporter.shutdown()));
    } catch (thrown) {
      report("plugin_failed", `the span exporter failed to shut down (${describe(thrown)})`);
    }
  }

  /** Exports until nothing waits. Who comes while it goes on waits for the same end. */
  #drain(): Promise<void> {
    // What an exporter does to send is not to be traced, and belongs to no request.
    return (this.#draining ??= runSuppressed(() => this.#exportAll()).finally(
      () => (this.#draining = undefined),
    ));
  }

  async #exportAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limits.batchRecords);
      const count = batch.length;
      const { code, error } = await this.#export(batch);
      if (this.#isAbandoned) return;
      if (code === 0) this.#account.deliver(count);
      else {
        this.#account.drop(count, "exporter_failed");
        report(
          "plugin_failed",
          `the span exporter failed (${describe(error)}); its spans are dropped and counted`,
        );
      }
    }
  }

  /** Never rejects, and ends in time, whatever the exporter does. */
  #export(batch: ReadableSpan[]): Promise<ExportResult> {
    return new Promise((resolve) => {
      const fail = (error: unknown): void => {
        clearTimeout(late);
        resolve({ code: 1, error: error as Error });
      };
      const settle = (result: ExportResult): void => {
        try {
          const { code, error } = result;
          clearTimeout(late);
          resolve({ code, ...(error && { error }) });
        } catch (thrown) {
          fail(thrown);
        }
      };
      const { exportTimeout } = this.#limits;
      const late = setTimeout(() => fail(new Error(`no answer in ${exportTimeout} ms`)), exportTimeout);
      late.unref();
      try {
        ignoreRejection(this.#exporter.export(batch, settle), fail);
      } catch (thrown) {
        fail(thrown);
      }
    });
  }
}
