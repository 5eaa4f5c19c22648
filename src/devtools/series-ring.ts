import { isNews, type MetricSeries, seriesFootprint } from "./metric-series.ts";
import { OldestFirst } from "./oldest-first.ts";

/** The latest point of each metric stream, bounded in bytes: what was updated least recently goes first. */
export class SeriesRing {
  readonly #kept = new Map<string, { readonly series: MetricSeries; readonly bytes: number }>();
  readonly #oldest = new OldestFirst(this.#kept);
  readonly #maxBytes: number;
  #bytes = 0;
  #evicted = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get evicted(): number {
    return this.#evicted;
  }

  series(): MetricSeries[] {
    return Array.from(this.#kept.values(), ({ series }) => series);
  }

  /** Keeps a point unless a later one of its stream is here; says whether it was news. */
  put(series: MetricSeries): boolean {
    const former = this.#kept.get(series.key);
    if (former !== undefined && former.series.point.timeUnixNano > series.point.timeUnixNano) return false;
    const bytes = seriesFootprint(series);
    this.#kept.delete(series.key);
    this.#kept.set(series.key, { series, bytes });
    this.#bytes += bytes - (former?.bytes ?? 0);
    while (this.#bytes > this.#maxBytes) this.#evict();
    return former === undefined || isNews(series, former.series);
  }

  #evict(): void {
    const oldest = this.#oldest.take();
    if (oldest === undefined) return;
    this.#bytes -= oldest[1].bytes;
    this.#evicted += 1;
  }
}
