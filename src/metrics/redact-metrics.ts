import type { Redactor } from "../core/redaction.ts";
import { mergedPoints } from "./merged-points.ts";
import type { MetricRecord, MetricsRecord, ScopeMetricsRecord } from "./record.ts";

/** What was collected without secrets, the same where there are none. Nothing that was given changes: the SDK goes on with it. */
export function redactMetrics<Metrics extends MetricsRecord>(metrics: Metrics, redactor: Redactor): Metrics {
  const scopeMetrics = eachOrSame(metrics.scopeMetrics, (scope) => redactScope(scope, redactor));
  return scopeMetrics === metrics.scopeMetrics ? metrics : { ...metrics, scopeMetrics };
}

function redactScope(scope: ScopeMetricsRecord, redactor: Redactor): ScopeMetricsRecord {
  const metrics = eachOrSame(scope.metrics, (metric) => redactMetric(metric, redactor));
  return metrics === scope.metrics ? scope : { ...scope, metrics };
}

/** Series that differed by their secrets alone are one then. */
function redactMetric(metric: MetricRecord, redactor: Redactor): MetricRecord {
  const before: MetricRecord["dataPoints"] = metric.dataPoints;
  const dataPoints = eachOrSame<MetricRecord["dataPoints"][number]>(before, (point) => {
    const attributes = redactor.attributes(point.attributes);
    return attributes === point.attributes ? point : { ...point, attributes };
  });
  return dataPoints === before ? metric : mergedPoints({ ...metric, dataPoints } as MetricRecord);
}

function eachOrSame<Element>(
  list: readonly Element[],
  change: (element: Element) => Element,
): readonly Element[] {
  const changed = list.map(change);
  return changed.every((element, place) => element === list[place]) ? list : changed;
}
