import { describe, report } from "../core/diagnostics.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import { encodeMetrics } from "../otlp/encode-metrics.ts";
import type { Resource } from "../resource/resource.ts";
import type { Account } from "./account.ts";
import type { BatchQueue } from "./batch-queue.ts";
import { JSON_SAFE_BYTES } from "./outcome.ts";
import { countPoints, halvesOf } from "./metric-points.ts";
import { aggregationOf, type MetricPreferences, temporalityOf } from "./metric-preferences.ts";

/** sdk-metrics' ExportResultCode. */
const SUCCESS = 0;
const FAILED = 1;

/**
 * A PushMetricExporter, as the official readers call it, that encodes and queues: delivery is the queue's business,
 * so a slow collector never holds up the next collection. Items are data points.
 */
export class QueueingMetricExporter {
  readonly #resource: Resource;
  readonly #queue: BatchQueue;
  readonly #account: Account;
  readonly #preferences: MetricPreferences;

  constructor(resource: Resource, queue: BatchQueue, account: Account, preferences: MetricPreferences = {}) {
    this.#preferences = preferences;
    this.#resource = resource;
    this.#queue = queue;
    this.#account = account;
  }

  export(metrics: MetricsRecord, done: (result: { code: number; error?: Error }) => void): void {
    const items = countPoints(metrics);
    if (items === 0) return done({ code: SUCCESS });
    this.#account.make(items);
    try {
      this.#queueAll(metrics, items);
      done({ code: SUCCESS });
    } catch (thrown) {
      this.#drop(items);
      done({ code: FAILED, error: thrown instanceof Error ? thrown : new Error(describe(thrown)) });
    }
  }

  /** In one request, or in as many as it takes for none to be too long. */
  #queueAll(metrics: MetricsRecord, items: number): void {
    const { body, lost } = encodeMetrics(metrics, this.#resource);
    if (body.byteLength > JSON_SAFE_BYTES && items > 1) {
      for (const half of halvesOf(metrics)) this.#queueAll(half, countPoints(half));
      return;
    }
    this.#drop(lost);
    if (items > lost) this.#queue.push({ body, items: items - lost });
  }

  selectAggregationTemporality(instrument: string): number {
    return temporalityOf(instrument, this.#preferences);
  }

  selectAggregation(instrument: string): { type: number } {
    return aggregationOf(instrument, this.#preferences);
  }

  #drop(items: number): void {
    if (items === 0) return;
    this.#account.drop(items, "encoding");
    report("internal_error", "a metric could not be encoded and was dropped");
  }

  // The reader asks for these; the queue is flushed and closed by whoever owns it.
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}
