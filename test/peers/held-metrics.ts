import { byKey, type Held, type HeldMetric, type HeldPoint } from "./held-telemetry.ts";

export type Kind = "sum" | "gauge" | "histogram" | "exponentialHistogram";

/** What a metric is, apart from its points. */
export function described(held: HeldMetric) {
  const { name, unit, description } = held;
  const { aggregationTemporality: temporality, isMonotonic } = dataOf(held);
  return { name, unit, description, kind: kindOf(held), temporality, isMonotonic };
}

function kindOf(held: HeldMetric): Kind {
  const kind = (["sum", "gauge", "histogram", "exponentialHistogram"] as const).find((each) => each in held);
  if (kind === undefined) throw new Error(`${held.name} is of no kind`);
  return kind;
}

/** The part of a metric that its kind names. */
export function dataOf(held: HeldMetric) {
  return held[kindOf(held)] ?? { dataPoints: [] };
}

/** The points of each time that a metric was exported, in turn. */
export function pointsOf(held: Held, name: string): readonly HeldPoint[] {
  return held.metrics.filter((each) => each.name === name).flatMap((each) => dataOf(each).dataPoints);
}

/** Each point of a metric without its times, its attributes beside its values. */
export function valuesOf(held: Held, name: string): readonly Record<string, unknown>[] {
  return pointsOf(held, name).map(
    ({ attributes, startTimeUnixNano: _start, timeUnixNano: _end, ...values }) =>
      Object.assign(byKey(attributes), values),
  );
}

/** The counts of an exponential histogram's positive buckets by their index, empty ones left out. */
export function bucketsOf(point: Record<string, unknown>): { scale: number; counts: Record<number, number> } {
  const { scale, positive } = point as {
    scale: number;
    positive: { offset?: number; bucketCounts: readonly string[] };
  };
  const counts = positive.bucketCounts.map(
    (count, at) => [at + (positive.offset ?? 0), Number(count)] as const,
  );
  return { scale, counts: Object.fromEntries(counts.filter(([, count]) => count > 0)) };
}

/** In which bucket each value belongs: (base^index, base^(index + 1)], where base = 2^(2^-scale). */
export function countsOf(values: readonly number[], scale = 0): Record<number, number> {
  const indices = values.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1);
  return Object.fromEntries(indices.map((index) => [index, indices.filter((each) => each === index).length]));
}
