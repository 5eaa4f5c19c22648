import type { MetricsRecord } from "../metrics/record.ts";

/** How many data points a collection has: the items of the metrics' account. */
export function countPoints({ scopeMetrics }: MetricsRecord): number {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}
