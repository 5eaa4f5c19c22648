import { TraceFlags } from "@opentelemetry/api";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { runIn } from "../context/current.ts";
import { SUPPRESSED } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { ReadableSpan } from "../trace/record.ts";
import type { Account } from "./account.ts";
import type { ExportResult, SpanExporter } from "./span-exporter.ts";

/** Spans in one export, and the time after which fewer go, in ms.  (Specification: Batching processor) */
const BATCH_SIZE = 512;
const BATCH_DELAY = 5_000;

/** For one export, in ms.  (Specification: OTEL_BSP_EXPORT_TIMEOUT) */
const EXPORT_TIMEOUT = 30_000;

/** Spans that wait at most: about 64 MB of usual ones, as objects. */
const QUEUE_LIMIT = 65_536;

/** A span processor that hands ended spans, as they are, to an exporter: in batches, one export at a time. */
export class ReadableSpanBatcher {
  readonly #exporter: SpanExporter;
  readonly #account: Account;
  readonly #timer: NodeJS.Timeout;
  #waiting: ReadableSpan[] = [];
  #draining: Promise<void> | undefined;

  constructor(exporter: SpanExporter, account: Account) {
    this.#exporter = exporter;
    this.#account = account;
    this.#timer = setInterval(() => void this.#drain(), BATCH_DELAY).unref();
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    this.#account.make(1);
    if (this.#waiting.length >= QUEUE_LIMIT) {
      this.#account.drop(1, "queue_full");
      report("queue_full", "the span exporter takes too little: new spans are dropped and counted");
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length === BATCH_SIZE) void this.#drain();
  }

  async forceFlush(): Promise<void> {
    await this.#drain();
    await this.#exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#drain();
    await this.#exporter.shutdown();
  }

  /** Exports until nothing waits. Who comes while it goes on waits for the same end. */
  #drain(): Promise<void> {
    return (this.#draining ??= this.#exportAll().finally(() => (this.#draining = undefined)));
  }

  async #exportAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_SIZE);
      const { code, error } = await this.#export(batch);
      if (code === 0) this.#account.deliver(batch.length);
      else {
        this.#account.drop(batch.length, "exporter_failed");
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
      const fail = (error: unknown): void => resolve({ code: 1, error: error as Error });
      const late = setTimeout(() => fail(new Error(`no answer in ${EXPORT_TIMEOUT} ms`)), EXPORT_TIMEOUT);
      late.unref();
      try {
        // What an exporter does to send is not to be traced.
        runIn(SUPPRESSED, () =>
          this.#exporter.export(batch, (result) => {
            clearTimeout(late);
            resolve({ ...result });
          }),
        );
      } catch (thrown) {
        clearTimeout(late);
        fail(thrown);
      }
    });
  }
}
