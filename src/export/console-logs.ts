import type { AnyValue } from "../core/attribute-value.ts";
import type { LogRecord, LogSink } from "../logs/record.ts";
import { drawLog } from "../waterfall/draw-log.ts";
import type { Account } from "./account.ts";
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
    this.#account.make(1);
    const row = {
      time: time[0] * 1e3 + time[1] / 1e6,
      severityNumber,
      severityText,
      service: this.#service,
      body: body === undefined ? eventName : textOf(body),
      traceId: traceId?.hex,
    };
    this.#terminal.print(drawLog(row, this.#terminal));
    this.#account.deliver(1);
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

function textOf(body: AnyValue): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
