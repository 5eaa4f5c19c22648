import type { ExponentialHistogramValue, HistogramValue, MetricRecord, PointRecord } from "./record.ts";

/** A metric in which no two points have the same attributes: what they measured is one series'.  (OTLP: Metrics data model, Single-Writer) */
export function mergedPoints(metric: MetricRecord): MetricRecord {
  switch (metric.dataPointType) {
    case 0:
      return { ...metric, dataPoints: merged(metric.dataPoints, histograms) };
    case 1:
      return { ...metric, dataPoints: merged(metric.dataPoints, exponentialHistograms) };
    case 2:
      return { ...metric, dataPoints: merged(metric.dataPoints, (_, later) => later) };
    case 3:
      return { ...metric, dataPoints: merged(metric.dataPoints, (one, other) => one + other) };
  }
}

function merged<Value>(
  points: readonly PointRecord<Value>[],
  add: (one: Value, other: Value) => Value,
): readonly PointRecord<Value>[] {
  const series = new Map<string, PointRecord<Value>>();
  for (const point of points) {
    const key = JSON.stringify(Object.entries(point.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const before = series.get(key);
    series.set(
      key,
      before === undefined
        ? point
        : { ...point, ...sinceEarlier(before, point), value: add(before.value, point.value) },
    );
  }
  return [...series.values()];
}

function sinceEarlier(
  { startTime: one }: PointRecord<unknown>,
  { startTime: other }: PointRecord<unknown>,
): Pick<PointRecord<unknown>, "startTime"> {
  return { startTime: one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]) ? one : other };
}

/** The boundaries are the metric's, and so the same. */
function histograms(one: HistogramValue, other: HistogramValue): HistogramValue {
  const { boundaries } = one.buckets;
  const counts = one.buckets.counts.map((count, place) => count + (other.buckets.counts[place] ?? 0));
  return { ...summary(one, other), buckets: { boundaries, counts } };
}

/** At the coarser scale of both: there each bucket is a whole one, or half of one, of the other's.  (Metrics data model, ExponentialHistogram) */
function exponentialHistograms(
  one: ExponentialHistogramValue,
  other: ExponentialHistogramValue,
): ExponentialHistogramValue {
  const scale = Math.min(one.scale, other.scale);
  const both = (side: "positive" | "negative"): Buckets =>
    sumOf(atScale(one, side, scale), atScale(other, side, scale));
  return {
    ...summary(one, other),
    scale,
    zeroCount: one.zeroCount + other.zeroCount,
    positive: both("positive"),
    negative: both("negative"),
  };
}

type Buckets = ExponentialHistogramValue["positive"];

function atScale(value: ExponentialHistogramValue, side: "positive" | "negative", scale: number): Buckets {
  const { offset, bucketCounts } = value[side];
  const by = value.scale - scale;
  const first = offset >> by;
  const counts: number[] = [];
  for (const [place, count] of bucketCounts.entries()) {
    const at = ((offset + place) >> by) - first;
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { offset: first, bucketCounts: counts };
}

function sumOf(one: Buckets, other: Buckets): Buckets {
  if (one.bucketCounts.length === 0) return other;
  if (other.bucketCounts.length === 0) return one;
  const offset = Math.min(one.offset, other.offset);
  const end = Math.max(one.offset + one.bucketCounts.length, other.offset + other.bucketCounts.length);
  const countAt = (buckets: Buckets, place: number): number =>
    buckets.bucketCounts[place - buckets.offset] ?? 0;
  const bucketCounts = Array.from(
    { length: end - offset },
    (_, place) => countAt(one, offset + place) + countAt(other, offset + place),
  );
  return { offset, bucketCounts };
}

interface Summary {
  readonly count: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function summary(one: Summary, other: Summary): Summary {
  return {
    count: one.count + other.count,
    sum: one.sum === undefined || other.sum === undefined ? undefined : one.sum + other.sum,
    min: of(Math.min, one.min, other.min),
    max: of(Math.max, one.max, other.max),
  };
}

function of(choose: (a: number, b: number) => number, one?: number, other?: number): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : choose(one, other);
}
