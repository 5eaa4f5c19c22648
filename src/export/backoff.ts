/** The first wait between attempts, and the longest, in ms. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5_000;

/** The wait before attempt `attempt` (1 is the first repetition), in ms: doubling, with jitter, bounded. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return ceiling * (0.5 + random() / 2);
}
