import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { SpanRecord, SpanSink } from "../trace/record.ts";
import { drawTrace } from "../waterfall/draw-trace.ts";
import { httpLabel } from "../waterfall/http-label.ts";
import type { WaterfallSpan } from "../waterfall/span.ts";
import type { Account } from "./account.ts";
import type { Terminal } from "./terminal.ts";

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

function waterfallSpan(record: SpanRecord, service: string): WaterfallSpan {
  const attribute = (key: string): string | undefined => textOf(record.attributeList, key);
  return {
    traceId: record.traceId.hex,
    spanId: record.spanId.hex,
    parentSpanId: record.isParentRemote === true ? undefined : record.parentSpanId?.hex,
    service,
    name: httpLabel(record.name, attribute),
    kind: record.kind === SpanKind.INTERNAL ? undefined : SpanKind[record.kind]?.toLowerCase(),
    start: nanoseconds(record.startSeconds, record.startNanoseconds),
    end: nanoseconds(record.endSeconds, record.endNanoseconds),
    failed: record.statusCode === SpanStatusCode.ERROR,
    note: record.statusMessage || attribute("error.type"),
  };
}

function textOf(attributes: SpanRecord["attributeList"], key: string): string | undefined {
  const index = attributes.findIndex((text, position) => position % 2 === 0 && text === key);
  const value = index < 0 ? undefined : attributes[index + 1];
  return typeof value === "string" ? value : undefined;
}

function nanoseconds(seconds: number, rest: number): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}
