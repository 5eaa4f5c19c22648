/** The first wait between attempts, and the longest, in ms. */
const FIRST_BACKOFF = 200;
const LONGEST_BACKOFF = 5_000;

/** The wait before attempt `attempt` (1 is the first repetition), in ms: doubling, with jitter, bounded. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1));
  return ceiling * (0.5 + random() / 2);
}
