import { performance } from "node:perf_hooks";

/** When the process of these tests began, in ms since the epoch. */
const ORIGIN = Date.UTC(2026, 0, 2, 3, 4, 5);

/** How long it has run when a program begins, in ms: below it, a number is a reading of performance.now(). */
export const UPTIME = 1_000_000;

/**
 * Runs `fn` where the wall clock and the monotonic clock agree and stand still, but for `wait`, which moves both.
 *
 * @param drift how far the wall clock is ahead of what the process began with and its monotonic clock say, in ms
 */
export function inFakeTime<Result>(fn: (wait: (milliseconds: number) => void) => Result, drift = 0): Result {
  const now = Date.now;
  let uptime = UPTIME;
  Date.now = () => ORIGIN + uptime + drift;
  const own = { configurable: true, writable: true };
  Object.defineProperties(performance, {
    now: { value: () => uptime, ...own },
    timeOrigin: { value: ORIGIN, ...own },
  });
  try {
    return fn((milliseconds) => void (uptime += milliseconds));
  } finally {
    Date.now = now;
    // What is left is the prototype's.
    Reflect.deleteProperty(performance, "now");
    Reflect.deleteProperty(performance, "timeOrigin");
  }
}
