import type { MetricRecord, MetricsRecord } from "../metrics/record.ts";
import { drawMetrics } from "../waterfall/draw-metrics.ts";
import type { MetricRow } from "../waterfall/metric-row.ts";
import type { Account } from "./account.ts";
import { countPoints } from "./metric-exporter.ts";

/** A PushMetricExporter, as the official readers call it, that prints each collection as a table. */
export class ConsoleMetrics {
  readonly #service: string;
  readonly #account: Account;
  readonly #print: (text: string) => void;

  constructor(service: string, account: Account, print: (text: string) => void) {
    this.#service = service;
    this.#account = account;
    this.#print = print;
  }

  export(metrics: MetricsRecord, done: (result: { code: number }) => void): void {
    const rows = metrics.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .flatMap((metric) => this.#rows(metric));
    this.#account.make(countPoints(metrics));
    if (rows.length > 0) this.#print(drawMetrics(rows));
    this.#account.deliver(countPoints(metrics));
    done({ code: 0 });
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}

  #rows(metric: MetricRecord): MetricRow[] {
    return metric.dataPoints.map(({ attributes, value }) => ({
      service: this.#service,
      name: metric.descriptor.name,
      attributes: Object.entries(attributes).map(([key, text]) => [key, String(text)] as const),
      unit: metric.descriptor.unit,
      isDelta: metric.aggregationTemporality === 0,
      ...(typeof value === "number"
        ? { value }
        : { count: value.count, mean: (value.sum ?? 0) / value.count, min: value.min, max: value.max }),
    }));
  }
}
