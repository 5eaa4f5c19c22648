import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import type { ReadableSpan, SpanSink } from "../trace/record.ts";
import type { Account } from "./account.ts";
import type { ExportResult, SpanExporter } from "./span-exporter.ts";

/** Spans in one export, and the time after which fewer go, in ms.  (Specification: Batching processor) */
const BATCH_SIZE = 512;
const BATCH_DELAY = 5_000;

/** For one export, in ms.  (Specification: OTEL_BSP_EXPORT_TIMEOUT) */
const EXPORT_TIMEOUT = 30_000;

/** Spans that wait at most: about 64 MB of usual ones, as objects. */
const QUEUE_LIMIT = 65_536;

/** Hands ended spans, as they are, to an exporter that is not ours: in batches, one export at a time. */
export class ReadableSpanBatcher implements SpanSink {
  readonly #exporter: SpanExporter;
  readonly #account: Account;
  readonly #timer: NodeJS.Timeout;
  #waiting: ReadableSpan[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;

  constructor(exporter: SpanExporter, account: Account) {
    this.#exporter = exporter;
    this.#account = account;
    this.#timer = setInterval(() => void this.#drain(), BATCH_DELAY).unref();
  }

  accept(span: ReadableSpan): void {
    this.#account.make(1);
    if (this.#isClosed) return this.#account.drop(1, "shutdown");
    if (this.#waiting.length >= QUEUE_LIMIT) {
      this.#account.drop(1, "queue_full");
      report("queue_full", "the span exporter takes too little: new spans are dropped and counted");
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length === BATCH_SIZE) void this.#drain();
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
    await this.#exporter.shutdown();
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
      const batch = this.#waiting.splice(0, BATCH_SIZE);
      const count = batch.length;
      const { code, error } = await this.#export(batch);
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
      const late = setTimeout(() => fail(new Error(`no answer in ${EXPORT_TIMEOUT} ms`)), EXPORT_TIMEOUT);
      late.unref();
      try {
        ignoreRejection(this.#exporter.export(batch, settle), fail);
      } catch (thrown) {
        fail(thrown);
      }
    });
  }
}
