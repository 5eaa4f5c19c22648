import type { HrTime, TimeInput } from "@opentelemetry/api";
import { expect } from "chai";
import * as fc from "fast-check";
import { performance } from "node:perf_hooks";
import { hrTime } from "../../src/core/clock.ts";

const HOUR = 3_600_000;
const epoch = ([seconds, nanoseconds]: HrTime = [NaN, NaN]): number => seconds * 1000 + nanoseconds / 1e6;

const revoked = Proxy.revocable([], {});
revoked.revoke();

const NONSENSE: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  "a string": "2024-01-01",
  "a boolean": true,
  "a bigint": 1n,
  "an object": {},
  "an invalid date": new Date(NaN),
  "a date before 1970": new Date(-1),
  "a negative number": -1,
  NaN: NaN,
  Infinity: Infinity,
  "a number beyond any time": 1e300,
  "an empty array": [],
  "an HrTime of one part": [1],
  "an HrTime of three parts": [1, 2, 3],
  "an HrTime with a fraction": [1.5, 0],
  "an HrTime with negative seconds": [-1, 0],
  "an HrTime with negative nanoseconds": [1, -1],
  "an HrTime with a second of nanoseconds": [1, 1e9],
  "an HrTime of strings": ["1", "2"],
  "an HrTime with NaN": [NaN, 0],
  "an object that only looks like a Date": Object.create(Date.prototype),
  "a revoked proxy": revoked.proxy,
};

describe("hrTime", () => {
  it("takes a Date", () => {
    expect(hrTime(new Date(1_700_000_000_123))).to.deep.equal([1_700_000_000, 123_000_000]);
    expect(hrTime(new Date(0))).to.deep.equal([0, 0]);
  });

  it("takes an HrTime, up to the last nanosecond of a second, as a copy", () => {
    const time: HrTime = [1_700_000_000, 999_999_999];
    const result = hrTime(time);
    time[0] = 0;
    expect(result).to.deep.equal([1_700_000_000, 999_999_999]);
  });

  it("takes milliseconds since the epoch", () => {
    const now = Date.now() + HOUR;
    expect(epoch(hrTime(now))).to.equal(now);
    expect(hrTime(4_000_000_000_000.5)).to.deep.equal([4_000_000_000, 500_000]);
  });

  it("takes milliseconds since the epoch that lie before the start of this process", () => {
    expect(hrTime(performance.timeOrigin - HOUR)?.[0]).to.equal(
      Math.floor((performance.timeOrigin - HOUR) / 1000),
    );
    expect(hrTime(1_500_000_000_000)).to.deep.equal([1_500_000_000, 0]);
  });

  it("takes readings of performance.now()", () => {
    const before = Date.now();
    expect(epoch(hrTime(performance.now()))).to.be.within(before - 50, Date.now() + 50);
    expect(epoch(hrTime(0))).to.be.closeTo(performance.timeOrigin, 0.01);
  });

  for (const [what, nonsense] of Object.entries(NONSENSE)) {
    it(`takes ${what} for no time, without throwing`, () => {
      expect(hrTime(nonsense as TimeInput)).to.equal(undefined);
    });
  }

  it("makes of any number an HrTime that it takes itself, or nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.maxSafeNat()), (number) => {
        const time = hrTime(number);
        if (time !== undefined) expect(hrTime(time)).to.deep.equal(time);
      }),
    );
  });
});
