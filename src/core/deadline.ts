import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

/** What Node's timers can wait at most, in ms. */
export const LONGEST_WAIT: number = 2 ** 31 - 1;

/** A point in time that is passed down, so that no time-out hides in another. */
export interface Deadline {
  /** Milliseconds until then; 0 when it has passed. */
  left(): number;
}

/** The deadline `milliseconds` from now. */
export function deadlineIn(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return { left: () => Math.max(0, end - performance.now()) };
}

/** For one who goes first, and must leave time to the others. */
export function halfOf(deadline: Deadline): Deadline {
  return deadlineIn(deadline.left() / 2);
}

/** Whether work has ended by then; it goes on otherwise, and nobody waits for it. Rejects as the work does. */
export async function endsBy(deadline: Deadline, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(deadline.left(), false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
