import { Clock } from "../core/clock.ts";
import { report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** A clock that stands still until it is advanced: for times and durations of spans that a test compares. */
export interface FixedClock {
  /** Moves it on by so many milliseconds, fractions included. */
  advance(milliseconds: number): void;
}

class StandingClock extends Clock implements FixedClock {
  /** Since the Unix epoch, in ms. */
  #now: number;

  constructor(now: number) {
    super();
    this.#now = now;
  }

  advance(milliseconds: number): void {
    if (Number.isFinite(milliseconds) && milliseconds >= 0) this.#now += milliseconds;
    else report("invalid_argument", "a fixed clock is advanced by a number of milliseconds from 0");
  }

  override isStaleAt(): boolean {
    return false;
  }

  override read(): number {
    return this.#now;
  }

  override seconds(reading: number): number {
    return Math.floor(reading / 1000);
  }
}

/**
 * A clock for `testTelemetry({ clock }, fn)` that stands still.
 *
 * @param start a Date, what `new Date()` takes as text, or milliseconds since the epoch
 * @example
 * const clock = fixedClock("2026-01-01T00:00:00Z");
 * await testTelemetry({ clock }, (t) => {
 *   withSpan("work", () => clock.advance(20));
 *   console.log(t.spans[0]?.duration);
 * })();
 */
export function fixedClock(start: Date | string | number = 0): FixedClock {
  const now = millisecondsOf(start);
  if (Number.isNaN(now))
    report("invalid_argument", `fixedClock() was given ${nounFor(start)} that is no date`);
  return new StandingClock(Number.isNaN(now) ? 0 : now);
}

/** Undefined, and reported, for what is none of ours. */
export function clockOf(clock: FixedClock | undefined): Clock | undefined {
  if (clock === undefined || clock instanceof StandingClock) return clock;
  report("invalid_argument", `testTelemetry() was given ${nounFor(clock)} that fixedClock() has not made`);
  return undefined;
}

/** NaN for what is no date. */
function millisecondsOf(start: Date | string | number): number {
  try {
    return new Date(start).getTime();
  } catch {
    return Number.NaN;
  }
}
