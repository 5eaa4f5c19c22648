import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { describe, report } from "../core/diagnostics.ts";
import type { Redactor } from "../core/redaction.ts";
import { redactMetrics } from "../metrics/redact-metrics.ts";

/** (Specification: Metrics SDK, Cardinality limits) */
const CARDINALITY_LIMIT = 2_000;

/** A reader that somebody gave: where it fails, or belongs to another provider, the others go on without it. */
export function guardedReader(
  sdk: typeof SdkMetrics,
  place: string,
  reader: SdkMetrics.IMetricReader,
  redactor: Redactor | undefined,
): SdkMetrics.IMetricReader {
  let isBound = false;
  const asked = <Answer>(ask: () => Answer, otherwise: Answer): Answer => {
    try {
      return ask() ?? otherwise;
    } catch (thrown) {
      report("plugin_failed", `${place} of start() failed (${describe(thrown)})`);
      return otherwise;
    }
  };
  return {
    setMetricProducer: (producer) => {
      const own = redactor === undefined ? producer : redacting(producer, redactor);
      isBound = asked(() => (reader.setMetricProducer(own), true), false);
    },
    selectAggregation: (type) =>
      asked(() => reader.selectAggregation(type), { type: sdk.AggregationType.DEFAULT }),
    selectAggregationTemporality: (type) =>
      asked(() => reader.selectAggregationTemporality(type), sdk.AggregationTemporality.CUMULATIVE),
    selectCardinalityLimit: (type) => asked(() => reader.selectCardinalityLimit(type), CARDINALITY_LIMIT),
    collect: (options) => reader.collect(options),
    forceFlush: async (options) => {
      if (isBound) await reader.forceFlush(options);
    },
    shutdown: async (options) => {
      if (isBound) await reader.shutdown(options);
    },
  };
}

/** Whatever a reader does with what it collects, it has no secrets. */
function redacting(producer: SdkMetrics.MetricProducer, redactor: Redactor): SdkMetrics.MetricProducer {
  return {
    collect: async (options) => {
      const result = await producer.collect(options);
      return { ...result, resourceMetrics: redactMetrics(result.resourceMetrics, redactor) };
    },
  };
}
