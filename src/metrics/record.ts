import type { Attributes, HrTime } from "@opentelemetry/api";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";

/**
 * Collected metrics as an exporter receives them: the read-only part of the shapes of the official `sdk-metrics`
 * (`ResourceMetrics` and what it holds), which is what feeds us.
 */
export interface MetricsRecord {
  readonly scopeMetrics: readonly ScopeMetricsRecord[];
}

export interface ScopeMetricsRecord {
  readonly scope: InstrumentationScope;
  readonly metrics: readonly MetricRecord[];
}

interface Described {
  readonly descriptor: { readonly name: string; readonly description: string; readonly unit: string };
  /** 0 delta, 1 cumulative: the numbers of sdk-metrics, one less than those of OTLP. */
  readonly aggregationTemporality: number;
}

/** `dataPointType` has the numbers of sdk-metrics' DataPointType. */
export type MetricRecord =
  | (Described & { readonly dataPointType: 0; readonly dataPoints: readonly PointRecord<HistogramValue>[] })
  | (Described & {
      readonly dataPointType: 1;
      readonly dataPoints: readonly PointRecord<ExponentialHistogramValue>[];
    })
  | (Described & { readonly dataPointType: 2; readonly dataPoints: readonly PointRecord<number>[] })
  | (Described & {
      readonly dataPointType: 3;
      readonly dataPoints: readonly PointRecord<number>[];
      readonly isMonotonic: boolean;
    });

export interface PointRecord<Value> {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly value: Value;
}

export interface HistogramValue {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly count: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface ExponentialHistogramValue {
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly number[] };
  readonly negative: { readonly offset: number; readonly bucketCounts: readonly number[] };
  readonly scale: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}
