import type { HrTime, TimeInput } from "@opentelemetry/api";
import { performance } from "node:perf_hooks";

/** How long an anchor serves new traces, in ms; then the wall clock is read again, to follow its corrections. */
const ANCHOR_AGE = 10_000;

/**
 * Wall-clock time that never runs backwards within a trace: one reading of the system clock (the anchor) plus
 * the monotonic clock. A trace keeps the anchor that its local root began with, so its spans agree.
 */
export class Clock {
  readonly #originSeconds: number;
  readonly #offset: number;
  readonly #anchoredAt: number;

  constructor() {
    this.#anchoredAt = performance.now();
    const wall = wallClock(this.#anchoredAt);
    this.#originSeconds = Math.floor(wall / 1000);
    this.#offset = wall - this.#originSeconds * 1000 - this.#anchoredAt;
  }

  /** Whether a trace that starts at this reading is to have a younger clock. */
  isStaleAt(reading: number): boolean {
    return reading - this.#offset - this.#anchoredAt > ANCHOR_AGE;
  }

  /** Milliseconds since this clock's origin, with a fraction; `seconds` and `nanoseconds` split such a reading. */
  read(): number {
    return this.#offset + performance.now();
  }

  /** Whole seconds since the Unix epoch of a reading. */
  seconds(reading: number): number {
    return this.#originSeconds + Math.floor(reading / 1000);
  }

  /** Nanoseconds within the second of a reading. */
  nanoseconds(reading: number): number {
    return Math.floor((reading - Math.floor(reading / 1000) * 1000) * 1e6);
  }
}

/**
 * In ms since the epoch. The process's start plus the monotonic clock is the same to the µs in all threads, so that what
 * one does after the other begins after it, too; where the system's clock, which knows whole ms, says something else, it
 * was corrected meanwhile.
 */
function wallClock(reading: number): number {
  const [precise, coarse] = [performance.timeOrigin + reading, Date.now()];
  return precise > coarse - 1 && precise < coarse + 2 ? precise : coarse;
}

/** Where the clock of a new trace comes from. */
export interface Clocks {
  /** The one in use, which may be stale. */
  current(): Clock;
  /** A new one, in use from now on. */
  renew(): Clock;
}

let current = new Clock();

export const SYSTEM_CLOCKS: Clocks = {
  current: () => current,
  renew: () => (current = new Clock()),
};

/** In ms. */
const A_MINUTE = 60_000;

/** The last second whose nanoseconds since the epoch fit the 64 bits that OTLP has for them. */
const LAST_SECOND = 18_446_744_073;

/**
 * A time that a user gave (Date, milliseconds since the epoch, `performance.now()`, or HrTime) as HrTime;
 * undefined if it is none. Never throws.  (OpenTelemetry API, TimeInput)
 */
export function hrTime(time: TimeInput | undefined): HrTime | undefined {
  try {
    if (Array.isArray(time)) return isHrTime(time) ? [time[0], time[1]] : undefined;
    if (time instanceof Date) return fromMilliseconds(time.getTime());
    if (typeof time !== "number" || time < 0) return undefined;
    // No time since the epoch is so small, but for one read from performance.now(), or about to be.
    const isSinceStart = time <= performance.now() + A_MINUTE;
    return fromMilliseconds(isSinceStart ? time + performance.timeOrigin : time);
  } catch {
    return undefined;
  }
}

function fromMilliseconds(milliseconds: number): HrTime | undefined {
  const seconds = Math.floor(milliseconds / 1000);
  const nanoseconds = Math.round((milliseconds - seconds * 1000) * 1e6);
  const time: HrTime = nanoseconds === 1e9 ? [seconds + 1, 0] : [seconds, nanoseconds];
  return isHrTime(time) ? time : undefined;
}

function isHrTime(time: readonly unknown[]): time is HrTime {
  const [seconds, nanoseconds] = time;
  return time.length === 2 && isWithin(seconds, LAST_SECOND) && isWithin(nanoseconds, 999_999_999);
}

function isWithin(value: unknown, last: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= last;
}
