import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { DecodedMetric, DecodedPoint } from "../otlp/decoded.ts";
import { pointFootprint, textFootprint } from "./footprint.ts";
import { serviceOf } from "./service.ts";
import { jsonText } from "../waterfall/value-text.ts";

/** One stream of a metric: its identity and its latest point. */
export interface MetricSeries {
  readonly key: string;
  readonly service: string;
  readonly scope: InstrumentationScope;
  readonly name: string;
  readonly unit: string;
  readonly type: DecodedMetric["type"];
  /** The point covers the last interval only. */
  readonly isDelta: boolean;
  readonly point: DecodedPoint;
}

const DELTA = 1;
/** The object itself and its entries in the store. */
const SERIES = 256;

export function seriesOf(metric: DecodedMetric, point: DecodedPoint): MetricSeries {
  const service = serviceOf(metric.resource);
  return {
    key: `${JSON.stringify([service, metric.scope.name, metric.name])}${jsonText(point.attributes)}`,
    service,
    scope: metric.scope,
    name: metric.name,
    unit: metric.unit,
    type: metric.type,
    isDelta: metric.temporality === DELTA,
    point,
  };
}

/** Bytes of memory that a series takes, by estimate; what it shares with others is counted for each. */
export function seriesFootprint(series: MetricSeries): number {
  const texts = [
    series.key,
    series.service,
    series.name,
    series.unit,
    series.scope.name,
    series.scope.version ?? "",
  ];
  return texts.reduce((bytes, text) => bytes + textFootprint(text), SERIES + pointFootprint(series.point));
}

/** Says the later point anything that the earlier did not? Each point of a delta does. */
export function isNews(later: MetricSeries, earlier: MetricSeries): boolean {
  if (later.isDelta) return true;
  const { value, count, sum, startTimeUnixNano } = later.point;
  const { point } = earlier;
  // Another start is another process, or another run of it.
  return (
    value !== point.value ||
    count !== point.count ||
    sum !== point.sum ||
    startTimeUnixNano !== point.startTimeUnixNano
  );
}
