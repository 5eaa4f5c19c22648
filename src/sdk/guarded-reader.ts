import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { describe, report } from "../core/diagnostics.ts";

/** (Specification: Metrics SDK, Cardinality limits) */
const CARDINALITY_LIMIT = 2_000;

/** A reader that somebody gave: where it fails, or belongs to another provider, the others go on without it. */
export function guardedReader(
  sdk: typeof SdkMetrics,
  place: string,
  reader: SdkMetrics.IMetricReader,
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
      isBound = asked(() => (reader.setMetricProducer(producer), true), false);
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
