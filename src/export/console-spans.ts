import type { SpanRecord, SpanSink } from "../trace/record.ts";
import { drawTrace } from "../waterfall/draw-trace.ts";
import type { WaterfallSpan } from "../waterfall/span.ts";
import type { Account } from "./account.ts";
import type { Terminal } from "./terminal.ts";
import { waterfallSpan } from "./waterfall-span.ts";

/** Spans that may wait for their local root; beyond it the oldest trace is printed as it is. */
const WAITING_SPANS = 10_000;

/** Draws each trace as a waterfall when its local root ends. */
export class ConsoleSpans implements SpanSink {
  readonly #service: string;
  readonly #terminal: Terminal;
  readonly #account: Account;
  readonly #traces = new Map<string, WaterfallSpan[]>();
  #waiting = 0;

  constructor(service: string, account: Account, terminal: Terminal) {
    this.#service = service;
    this.#account = account;
    this.#terminal = terminal;
  }

  accept(record: SpanRecord): void {
    this.#account.make(1);
    const spans = this.#traces.get(record.traceId.hex) ?? [];
    this.#traces.set(record.traceId.hex, spans);
    spans.push(waterfallSpan(record, this.#service));
    this.#waiting++;
    if (record.isParentRemote !== false) this.#draw(record.traceId.hex, spans);
    else if (this.#waiting > WAITING_SPANS) this.#drawOldest();
  }

  async flush(): Promise<void> {
    while (this.#traces.size > 0) this.#drawOldest();
  }

  close(): Promise<void> {
    return this.flush();
  }

  #drawOldest(): void {
    for (const [traceId, spans] of this.#traces) return this.#draw(traceId, spans);
  }

  #draw(traceId: string, spans: readonly WaterfallSpan[]): void {
    this.#traces.delete(traceId);
    this.#waiting -= spans.length;
    this.#terminal.print(drawTrace(spans, this.#terminal));
    this.#account.deliver(spans.length);
  }
}
