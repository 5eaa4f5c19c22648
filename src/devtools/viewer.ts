import { performance } from "node:perf_hooks";
import { drawLog } from "../waterfall/draw-log.ts";
import { drawMetrics } from "../waterfall/draw-metrics.ts";
import { drawTrace } from "../waterfall/draw-trace.ts";
import { LogLines } from "./log-lines.ts";
import type { MetricSeries } from "./metric-series.ts";
import { PrintBudget } from "./print-budget.ts";
import { QuietTraces } from "./quiet-traces.ts";
import type { Receiver } from "./receiver.ts";
import type { StoreChange, TelemetryStore } from "./store.ts";
import type { StoredTrace } from "./trace-ring.ts";
import { TraceSummary } from "./trace-summary.ts";
import { logRow, metricRow, waterfallSpan } from "./waterfall-rows.ts";

/** Where a viewer prints: process.stdout, or anything with its `write`. */
export interface ViewerOutput {
  write(text: string): unknown;
  /** The width of a terminal. */
  readonly columns?: number | undefined;
}

export interface ViewerOptions {
  /** With ANSI colors; off unless given. */
  readonly color?: boolean | undefined;
  /** Milliseconds on a clock that never runs backwards. */
  readonly now?: (() => number) | undefined;
}

/** Spans of one trace, and rows of one table of metrics; the rest is counted. */
export const MAX_SPANS = 200;
export const MAX_ROWS = 50;
/** Summaries and tables of metrics are printed at most this often, in ms. */
export const PAUSE = 1_000;
/** Traces remembered as printed, to say "updated" when more of their spans arrive. */
const MAX_PRINTED = 10_000;
/** How often the viewer looks what is due, in ms. */
const TICK = 100;

/** Prints what arrives in a store: log records, each trace once it is quiet, and metrics that changed. Printing is `tick`'s. */
export class Viewer {
  readonly #store: TelemetryStore;
  readonly #output: ViewerOutput;
  readonly #color: boolean;
  readonly #now: () => number;
  readonly #subscription: Disposable;
  readonly #quiet = new QuietTraces();
  readonly #budget: PrintBudget;
  readonly #logs: LogLines;
  readonly #printed = new Set<string>();
  readonly #changed = new Map<string, MetricSeries>();
  #hasMoreChanged = false;
  #summary = new TraceSummary();
  #pausedUntil = 0;

  constructor(store: TelemetryStore, output: ViewerOutput, options: ViewerOptions = {}) {
    this.#store = store;
    this.#output = output;
    this.#color = options.color === true;
    this.#now = options.now ?? (() => performance.now());
    this.#budget = new PrintBudget(this.#now());
    this.#logs = new LogLines(this.#now());
    this.#subscription = store.onChange((change) => this.#notice(change));
  }

  /** Prints what is due. */
  tick(): void {
    const now = this.#now();
    this.#printLogs(this.#logs.take(now));
    for (const traceId of this.#quiet.take(now)) this.#show(traceId, now);
    if (now < this.#pausedUntil) return;
    if (this.#printAccounts()) this.#pausedUntil = now + PAUSE;
  }

  /** Prints what is still waiting, due or not, and looks no further. */
  close(): void {
    this.#subscription[Symbol.dispose]();
    this.#printLogs(this.#logs.takeAll());
    for (const traceId of this.#quiet.takeAll()) this.#show(traceId, this.#now());
    this.#printAccounts();
  }

  #notice({ traceIds, series, logs }: StoreChange): void {
    const now = this.#now();
    for (const traceId of traceIds) this.#quiet.touch(traceId, now);
    for (const each of series) {
      if (this.#changed.size < MAX_ROWS || this.#changed.has(each.key)) this.#changed.set(each.key, each);
      else this.#hasMoreChanged = true;
    }
    for (const log of logs) this.#logs.add(() => drawLog(logRow(log), { color: this.#color }));
  }

  #printLogs(lines: string): void {
    if (lines !== "") this.#print(lines);
  }

  #show(traceId: string, now: number): void {
    const trace = this.#store.trace(traceId);
    if (trace === undefined) return;
    if (this.#budget.spend(now)) this.#printTrace(trace);
    else this.#summary.add(trace);
  }

  #printTrace({ traceId, spans }: StoredTrace): void {
    const options = { width: this.#output.columns, color: this.#color };
    const [header = "", gap = "", ...lines] = drawTrace(spans.map(waterfallSpan), options)
      .trimEnd()
      .split("\n");
    const updated = this.#printed.has(traceId) ? " · updated" : "";
    const more = lines.length > MAX_SPANS ? [`… and ${lines.length - MAX_SPANS} more spans`] : [];
    this.#print([header + updated, gap, ...lines.slice(0, MAX_SPANS), ...more].join("\n"));
    this.#remember(traceId);
  }

  #remember(traceId: string): void {
    this.#printed.add(traceId);
    if (this.#printed.size <= MAX_PRINTED) return;
    const [oldest = ""] = this.#printed;
    this.#printed.delete(oldest);
  }

  /** The summary of traces and the table of metrics; false if there is neither. */
  #printAccounts(): boolean {
    if (this.#summary.isEmpty && this.#changed.size === 0) return false;
    if (!this.#summary.isEmpty) this.#print(this.#summary.text());
    this.#summary = new TraceSummary();
    if (this.#changed.size > 0) {
      const table = drawMetrics([...this.#changed.values()].map(metricRow), { width: this.#output.columns });
      this.#print(table.trimEnd() + (this.#hasMoreChanged ? "\n… and more that changed" : ""));
    }
    this.#changed.clear();
    this.#hasMoreChanged = false;
    return true;
  }

  #print(block: string): void {
    this.#output.write(`${block}\n\n`);
  }
}

/** A viewer at work. */
export interface Viewing {
  /** Prints what is still waiting, and stops. */
  close(): void;
}

/** Prints what a receiver receives until the viewing is closed. */
export function view(
  receiver: Pick<Receiver, "store">,
  output: ViewerOutput,
  options: ViewerOptions = {},
): Viewing {
  const viewer = new Viewer(receiver.store, output, options);
  const timer = setInterval(() => viewer.tick(), TICK);
  // The receiver keeps the process alive, if anything does.
  timer.unref();
  return {
    close: () => {
      clearInterval(timer);
      viewer.close();
    },
  };
}
