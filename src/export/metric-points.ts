import type { MetricRecord, MetricsRecord } from "../metrics/record.ts";

/** How many data points a collection has: the items of the metrics' account. */
export function countPoints({ scopeMetrics }: MetricsRecord): number {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}

/** A collection's data points in two halves, each under its metrics and scopes; there must be two at least. */
export function halvesOf(metrics: MetricsRecord): [MetricsRecord, MetricsRecord] {
  const middle = countPoints(metrics) >> 1;
  return [pointsWithin(metrics, 0, middle), pointsWithin(metrics, middle, Infinity)];
}

/** The data points from one place on and up to another, as all of the collection's are counted. */
function pointsWithin({ scopeMetrics }: MetricsRecord, from: number, to: number): MetricsRecord {
  let place = 0;
  const part = <Metric extends MetricRecord>(metric: Metric): Metric => {
    const before = place;
    place += metric.dataPoints.length;
    const dataPoints = metric.dataPoints.slice(Math.max(0, from - before), Math.max(0, to - before));
    return { ...metric, dataPoints };
  };
  const parts = scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map(part).filter(({ dataPoints }) => dataPoints.length > 0),
  }));
  return { scopeMetrics: parts.filter(({ metrics }) => metrics.length > 0) };
}
