import type { DecodedPoint } from "../otlp/decoded.ts";

/** The median of an explicit histogram, by estimate: as if values lay evenly within each bucket. */
export function estimatedMedian(point: DecodedPoint): number | undefined {
  const { bounds, bucketCounts } = point;
  if (bounds === undefined || bucketCounts === undefined || bucketCounts.length !== bounds.length + 1)
    return undefined;
  const counts = bucketCounts.map(Number);
  const half = counts.reduce((sum, count) => sum + count, 0) / 2;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    // Of values that are all in one bucket nothing is known but their mean.
    if (count === 2 * half) return undefined;
    if (count > 0 && below + count >= half)
      return plausible(point, within(point, bounds, index, (half - below) / count));
    below += count;
  }
  return undefined;
}

/** Of values from 0 on the median is at most twice the mean. */
function plausible({ sum, count, min }: DecodedPoint, median: number | undefined): number | undefined {
  const isFromZero = min !== undefined && min >= 0;
  if (median === undefined || sum === undefined || !isFromZero) return median;
  return Math.min(median, (2 * sum) / Number(count));
}

function within(
  point: DecodedPoint,
  bounds: readonly number[],
  bucket: number,
  share: number,
): number | undefined {
  const lower = highest(bounds[bucket - 1], point.min);
  const upper = lowest(bounds[bucket], point.max);
  if (lower === undefined || upper === undefined) return undefined;
  return lower + (upper - lower) * share;
}

function highest(bound: number | undefined, min: number | undefined): number | undefined {
  return bound === undefined || min === undefined ? (bound ?? min) : Math.max(bound, min);
}

function lowest(bound: number | undefined, max: number | undefined): number | undefined {
  return bound === undefined || max === undefined ? (bound ?? max) : Math.min(bound, max);
}
