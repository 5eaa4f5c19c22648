import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { deadlineIn } from "../../src/core/deadline.ts";

describe("a deadline", () => {
  it("has no more left than it was given, and less and less", async () => {
    const deadline = deadlineIn(1000);
    const first = deadline.left();
    await sleep(5);
    expect(first).to.be.within(900, 1000);
    expect(deadline.left()).to.be.lessThan(first);
  });

  it("has nothing left when it has passed, never less", async () => {
    const deadline = deadlineIn(1);
    await sleep(5);
    expect(deadline.left()).to.equal(0);
    expect(deadlineIn(-5).left()).to.equal(0);
  });
});
