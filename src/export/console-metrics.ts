import { describe } from "../core/diagnostics.ts";
import type { MetricRecord, MetricsRecord } from "../metrics/record.ts";
import { drawMetrics } from "../waterfall/draw-metrics.ts";
import type { MetricRow } from "../waterfall/metric-row.ts";
import type { Account } from "./account.ts";
import type { Terminal } from "./terminal.ts";
import { countPoints } from "./metric-points.ts";

/** A PushMetricExporter, as the official readers call it, that prints each collection that says something new as a table. */
export class ConsoleMetrics {
  readonly #service: string;
  readonly #account: Account;
  readonly #terminal: Terminal;
  #last = "";

  constructor(service: string, account: Account, terminal: Terminal) {
    this.#service = service;
    this.#account = account;
    this.#terminal = terminal;
  }

  export(metrics: MetricsRecord, done: (result: { code: number }) => void): void {
    const rows = metrics.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .flatMap((metric) => this.#rows(metric));
    this.#account.make(countPoints(metrics));
    const table = drawMetrics(rows, this.#terminal);
    if (table !== this.#last && table !== "") this.#terminal.print(table);
    this.#last = table;
    this.#account.deliver(countPoints(metrics));
    done({ code: 0 });
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}

  #rows(metric: MetricRecord): MetricRow[] {
    return metric.dataPoints.map(({ attributes, value }) => ({
      service: this.#service,
      name: metric.descriptor.name,
      attributes: Object.entries(attributes).map(([key, text]) => [key, describe(text)] as const),
      unit: metric.descriptor.unit,
      isDelta: metric.aggregationTemporality === 0,
      ...(typeof value === "number"
        ? { value }
        : { count: value.count, mean: (value.sum ?? 0) / value.count, min: value.min, max: value.max }),
    }));
  }
}
