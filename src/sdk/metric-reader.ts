import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { describe, quote, report } from "../core/diagnostics.ts";
import type { Redactor } from "../core/redaction.ts";
import { unansweredMetrics } from "../metrics/observable.ts";
import { redactMetrics } from "../metrics/redact-metrics.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import type { Tally } from "../metrics/tally.ts";

/** Looks at all that was collected, for trouble. */
interface MetricsWatch {
  look(metrics: MetricsRecord): void;
}

/** The official reader; what it collects is watched, and how long it takes to collect it is told. */
export function watchedReader(
  sdk: typeof SdkMetrics,
  options: SdkMetrics.PeriodicExportingMetricReaderOptions,
  watches: readonly MetricsWatch[],
  redactor: Redactor | undefined,
  tally: () => Tally,
  collecting: () => ((error?: string) => void) | undefined,
): SdkMetrics.IMetricReader {
  const reader = new sdk.PeriodicExportingMetricReader(options);
  const collect = reader.collect.bind(reader);
  reader.collect = async (asked) => {
    const collected = collecting();
    const { measured } = tally();
    const result = await collect(asked);
    collected?.(result.errors.length === 0 ? undefined : "callback_failed");
    if (result.errors.length > 0) reportIncomplete(result.errors[0]);
    tally().collected = measured;
    for (const watch of watches) guardedLook(watch, result.resourceMetrics);
    const { resourceMetrics } = result;
    return redactor === undefined
      ? result
      : { ...result, resourceMetrics: redactMetrics(resourceMetrics, redactor) };
  };
  return reader;
}

function reportIncomplete(error: unknown): void {
  const names = unansweredMetrics();
  const sentence =
    names.length === 0
      ? `a collection is not complete (${describe(error)})`
      : `a collection was kept waiting in vain by ${names.map(quote).join(", ")}: their callbacks have not answered`;
  report("callback_failed", sentence);
}

/** Whatever a view holds, watching must not cost the export. */
function guardedLook(watch: MetricsWatch, metrics: MetricsRecord): void {
  try {
    watch.look(metrics);
  } catch (thrown) {
    report("internal_error", `metrics could not be looked at (${describe(thrown)})`);
  }
}
