import type { MetricOptions } from "@opentelemetry/api";

/**
 * Upper bounds of buckets for a histogram that was not advised otherwise, by its unit. The specification's default, 0 to
 * 10,000, fits milliseconds; every duration in seconds would be in its first two buckets.
 */
const BOUNDARIES: ReadonlyMap<unknown, readonly number[]> = new Map([
  // (Semantic conventions: HTTP metrics)
  ["s", [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]],
  // From 256 bytes to 64 MiB, each four times the one before.
  ["By", Array.from({ length: 10 }, (_, index) => 256 * 4 ** index)],
]);

export function boundariesFor(unit: unknown): MetricOptions {
  const bounds = BOUNDARIES.get(unit);
  return bounds === undefined ? {} : { advice: { explicitBucketBoundaries: [...bounds] } };
}
