import { performance } from "node:perf_hooks";

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
