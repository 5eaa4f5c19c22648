import { expect } from "chai";
import { backoff } from "../../src/export/backoff.ts";

describe("waits between attempts", () => {
  it("double from 200 ms to 5 s", () => {
    const longest = Array.from({ length: 8 }, (_, index) => backoff(index + 1, () => 1));
    expect(longest).to.deep.equal([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it("are spread over their upper half, so that many processes do not come back together", () => {
    expect([backoff(2, () => 0), backoff(2, () => 0.5), backoff(2, () => 1)]).to.deep.equal([200, 300, 400]);
  });

  it("stay bounded after a thousand attempts", () => {
    expect(backoff(1000, () => 1)).to.equal(5000);
  });
});
