import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { describe, report } from "../core/diagnostics.ts";
import type { CardinalityWatch } from "../metrics/cardinality-watch.ts";
import { measurementCount, noteCollected } from "../metrics/measurements.ts";
import type { MetricsRecord } from "../metrics/record.ts";

/** The official reader; how many series there are is watched, and how long it takes to collect them is told. */
export function watchedReader(
  sdk: typeof SdkMetrics,
  options: SdkMetrics.PeriodicExportingMetricReaderOptions,
  watch: CardinalityWatch,
  collecting: () => ((error?: string) => void) | undefined,
): SdkMetrics.IMetricReader {
  const reader = new sdk.PeriodicExportingMetricReader(options);
  const collect = reader.collect.bind(reader);
  reader.collect = async (asked) => {
    const collected = collecting();
    const measured = measurementCount();
    const result = await collect(asked);
    collected?.(result.errors.length === 0 ? undefined : "callback_failed");
    noteCollected(measured);
    guardedLook(watch, result.resourceMetrics);
    return result;
  };
  return reader;
}

/** Whatever a view holds, watching must not cost the export. */
function guardedLook(watch: CardinalityWatch, metrics: MetricsRecord): void {
  try {
    watch.look(metrics);
  } catch (thrown) {
    report("internal_error", `metrics could not be looked at (${describe(thrown)})`);
  }
}
