import * as fc from "fast-check";
import type { InstrumentationScope } from "../../src/core/instrumentation-scope.ts";
import type { MetricRecord, MetricsRecord, PointRecord } from "../../src/metrics/record.ts";
import { attributes, hrTime, SCOPES, text } from "./span-records.ts";

const number = fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constantFrom(0, -0, 2 ** 53, -1, 0.1));
const count = fc.nat({ max: 2 ** 40 });
const optional = fc.option(number, { nil: undefined });
const counts = fc.array(count, { maxLength: 6 });
const sizes = { count, sum: optional, min: optional, max: optional };
const temporality = fc.constantFrom(0, 1);
const descriptor = fc.record({ name: text, description: text, unit: text });

function pointsOf<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<PointRecord<Value>[]> {
  return fc.array(fc.record({ startTime: hrTime, endTime: hrTime, attributes, value }), { maxLength: 3 });
}

const buckets = fc.record({ offset: fc.integer({ min: -1000, max: 1000 }), bucketCounts: counts });
const histogram = fc.record({
  ...sizes,
  buckets: fc.record({ boundaries: fc.array(number, { maxLength: 5 }), counts }),
});
const exponential = fc.record({
  ...sizes,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: count,
  positive: buckets,
  negative: buckets,
});

function metricOf<Value>(type: number, value: fc.Arbitrary<Value>): fc.Arbitrary<MetricRecord> {
  return fc.record({
    dataPointType: fc.constant(type),
    descriptor,
    aggregationTemporality: temporality,
    dataPoints: pointsOf(value),
    ...(type === 3 && { isMonotonic: fc.boolean() }),
  }) as unknown as fc.Arbitrary<MetricRecord>;
}

export const anyMetricRecord: fc.Arbitrary<MetricRecord> = fc.oneof(
  metricOf(0, histogram),
  metricOf(1, exponential),
  metricOf(2, number),
  metricOf(3, number),
);

const scope: fc.Arbitrary<InstrumentationScope> = fc.constantFrom(...SCOPES);

export const anyMetrics: fc.Arbitrary<MetricsRecord> = fc.record({
  scopeMetrics: fc.array(fc.record({ scope, metrics: fc.array(anyMetricRecord, { maxLength: 4 }) }), {
    maxLength: 3,
  }),
});
