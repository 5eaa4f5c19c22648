import { expect } from "chai";
import * as fc from "fast-check";
import { performance } from "node:perf_hooks";
import { Clock, SYSTEM_CLOCKS } from "../../src/core/clock.ts";

/** Calls `fn` as if `milliseconds` had passed on the monotonic clock. */
function after<Result>(milliseconds: number, fn: () => Result): Result {
  const now = performance.now();
  Object.defineProperty(performance, "now", { value: () => now + milliseconds, configurable: true });
  try {
    return fn();
  } finally {
    Reflect.deleteProperty(performance, "now");
  }
}

/** Calls `fn` as if the system's clock had been set. */
function atWallClock<Result>(milliseconds: number, fn: () => Result): Result {
  const { now } = Date;
  Date.now = () => milliseconds;
  try {
    return fn();
  } finally {
    Date.now = now;
  }
}

const millisecondsOf = (clock: Clock, reading = clock.read()): number =>
  clock.seconds(reading) * 1000 + clock.nanoseconds(reading) / 1e6;

describe("Clock", () => {
  it("reads what the system's clock says", () => {
    const before = Date.now();
    const read = millisecondsOf(new Clock());
    expect(read).to.be.within(before - 1, Date.now() + 1);
  });

  it("never runs backwards, even if the system's clock is set back", () => {
    const clock = new Clock();
    let last = clock.read();
    for (let each = 0; each < 10_000; each += 1) {
      const reading = atWallClock(0, () => clock.read());
      expect(reading).to.be.at.least(last);
      last = reading;
    }
  });

  it("splits a reading into whole seconds and nanoseconds below one", () => {
    const clock = new Clock();
    const origin = clock.seconds(0);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (reading) => {
        const seconds = Math.floor(reading / 1000);
        expect(clock.seconds(reading)).to.equal(origin + seconds);
        expect(clock.nanoseconds(reading)).to.be.within(0, 999_999_999).and.to.satisfy(Number.isInteger);
        expect(clock.nanoseconds(reading)).to.be.closeTo((reading - seconds * 1000) * 1e6, 1);
      }),
    );
  });

  it("counts on from where the system's clock was", () => {
    const clock = atWallClock(1_700_000_000_400, () => new Clock());
    for (const later of [0, 500, 700, 1500, 1700, 100_000]) {
      const read = after(later, () => millisecondsOf(clock));
      expect(read).to.be.within(1_700_000_000_400 + later, 1_700_000_000_500 + later);
    }
  });

  it("serves new traces for ten seconds, and not for longer", () => {
    const clock = new Clock();
    expect(after(9_999, () => clock.isStaleAt(clock.read()))).to.equal(false);
    expect(after(10_100, () => clock.isStaleAt(clock.read()))).to.equal(true);
  });

  it("is shared by new traces", () => {
    expect(SYSTEM_CLOCKS.current()).to.equal(SYSTEM_CLOCKS.current());
  });

  it("is followed by a younger one where it is stale, which begins at the system's clock", () => {
    const old = SYSTEM_CLOCKS.current();
    const corrected = Date.now() + 3_600_000;
    const young = atWallClock(corrected, () => SYSTEM_CLOCKS.renew());
    expect(SYSTEM_CLOCKS.current()).to.equal(young).and.not.to.equal(old);
    expect(millisecondsOf(young)).to.be.within(corrected - 1, corrected + 1000);
    SYSTEM_CLOCKS.renew();
  });
});
