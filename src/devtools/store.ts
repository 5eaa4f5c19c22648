import { describe, report } from "../core/diagnostics.ts";
import type { DecodedLog, DecodedMetric, DecodedSpan } from "../otlp/decoded.ts";
import { type MetricSeries, seriesOf } from "./metric-series.ts";
import { SeriesRing } from "./series-ring.ts";
import { type StoredTrace, TraceRing } from "./trace-ring.ts";

/** What one request brought: traces with new spans, metric streams with new values, or log records, which are not kept. */
export interface StoreChange {
  readonly traceIds: ReadonlySet<string>;
  readonly series: readonly MetricSeries[];
  readonly logs: readonly DecodedLog[];
}

const NOTHING: StoreChange = { traceIds: new Set(), series: [], logs: [] };

export type StoreListener = (change: StoreChange) => void;

/** Memory for everything, in bytes. */
export const DEFAULT_STORE_BYTES: number = 64 * 1024 * 1024;
/** A quarter is for metrics, so that neither signal can drive out the other. */
const METRICS_SHARE = 0.25;

/**
 * Received telemetry in memory, bounded in bytes by estimate: the size of every text, value and entry is added up
 * for each span and metric stream (see footprint.ts). When it is full, the oldest go, and are counted.
 */
export class TelemetryStore {
  readonly #traces: TraceRing;
  readonly #series: SeriesRing;
  readonly #listeners = new Set<StoreListener>();
  #logs = 0;

  constructor(maxBytes: number = DEFAULT_STORE_BYTES) {
    this.#series = new SeriesRing(maxBytes * METRICS_SHARE);
    this.#traces = new TraceRing(maxBytes * (1 - METRICS_SHARE));
  }

  /** Bytes in use, by estimate. */
  get bytes(): number {
    return this.#traces.bytes + this.#series.bytes;
  }

  /** How many spans are kept. */
  get spans(): number {
    return this.#traces.spans;
  }

  /** How many log records have come. */
  get logs(): number {
    return this.#logs;
  }

  /** What had to go for want of memory, since the store was made. */
  get evicted(): { readonly traces: number; readonly spans: number; readonly series: number } {
    return {
      traces: this.#traces.evictedTraces,
      spans: this.#traces.evictedSpans,
      series: this.#series.evicted,
    };
  }

  /** All traces, oldest first. */
  traces(): StoredTrace[] {
    return this.#traces.traces();
  }

  trace(traceId: string): StoredTrace | undefined {
    return this.#traces.trace(traceId);
  }

  /** All metric streams with their latest point, least recently updated first. */
  series(): MetricSeries[] {
    return this.#series.series();
  }

  /** A span that comes twice takes the place of the former one. */
  addSpans(spans: readonly DecodedSpan[]): void {
    for (const span of spans) this.#traces.put(span);
    this.#tell({ ...NOTHING, traceIds: new Set(spans.map((span) => span.traceId)) });
  }

  addMetrics(metrics: readonly DecodedMetric[]): void {
    const news = new Map<string, MetricSeries>();
    for (const metric of metrics) {
      for (const point of metric.points) {
        const series = seriesOf(metric, point);
        if (this.#series.put(series)) news.set(series.key, series);
      }
    }
    this.#tell({ ...NOTHING, series: [...news.values()] });
  }

  /** Tells of log records; they are counted, and not kept. */
  addLogs(logs: readonly DecodedLog[]): void {
    this.#logs += logs.length;
    this.#tell({ ...NOTHING, logs });
  }

  /** Calls the listener after each change, until the subscription is disposed of. */
  onChange(listener: StoreListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #tell(change: StoreChange): void {
    if (change.traceIds.size === 0 && change.series.length === 0 && change.logs.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (thrown) {
        // The sender of telemetry must not be refused because someone who looks on failed.
        report("internal_error", `a listener of the telemetry store threw ${describe(thrown)}`);
      }
    }
  }
}
