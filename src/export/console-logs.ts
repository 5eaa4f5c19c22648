import { describe, report } from "../core/diagnostics.ts";
import type { LogRecord, LogSink } from "../logs/record.ts";
import { decodeLogs } from "../otlp/decode-logs.ts";
import { drawLog } from "../waterfall/draw-log.ts";
import type { LogRow } from "../waterfall/log-row.ts";
import { valueText } from "../waterfall/value-text.ts";
import type { Account } from "./account.ts";
import type { Batch } from "./batch-queue.ts";
import type { Terminal } from "./terminal.ts";

/** Prints each log record as a line. */
export class ConsoleLogs implements LogSink {
  readonly #service: string;
  readonly #terminal: Terminal;
  readonly #account: Account;

  constructor(service: string, account: Account, terminal: Terminal) {
    this.#service = service;
    this.#account = account;
    this.#terminal = terminal;
  }

  accept({ time, severityNumber, severityText, body, eventName, traceId }: LogRecord): void {
    const milliseconds = time[0] * 1e3 + time[1] / 1e6;
    const said = valueText(body ?? eventName);
    this.#print({ time: milliseconds, severityNumber, severityText, body: said, traceId: traceId?.hex });
  }

  /** Prints what a worker has encoded. */
  admit(batch: Batch): void {
    try {
      for (const { timeUnixNano, severityNumber, severityText, body, eventName, traceId } of decodeLogs(
        batch.body,
      ))
        this.#print({
          time: Number(timeUnixNano / 1_000_000n),
          severityNumber,
          severityText,
          body: valueText(body ?? eventName),
          traceId: traceId || undefined,
        });
    } catch (thrown) {
      report("internal_error", `log records of a worker could not be decoded (${describe(thrown)})`);
    }
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}

  #print(row: Omit<LogRow, "service">): void {
    this.#account.make(1);
    this.#terminal.print(drawLog({ ...row, service: this.#service }, this.#terminal));
    this.#account.deliver(1);
  }
}
