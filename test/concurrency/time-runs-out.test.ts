import { expect } from "chai";
import { getEventListeners } from "node:events";
import { getActiveResourcesInfo } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { TimeoutError } from "../../src/concurrency/timeout-error.ts";
import { withTimeout } from "../../src/concurrency/with-timeout.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";
import { failureOf } from "../trace/failures.ts";

const never = (): Promise<never> => new Promise(() => {});

/** Once mocha has set its own. */
async function timers(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  return getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

describe("withTimeout", () => {
  it("gives what the function gives, at once or later, and leaves no timer", async () => {
    const before = await timers();
    expect(await withTimeout(60_000, () => 1)).to.equal(1);
    expect(await withTimeout(60_000, async () => 2)).to.equal(2);
    expect(String(await failureOf(withTimeout(60_000, () => Promise.reject(new Error("own")))))).to.equal(
      "Error: own",
    );
    const thrown = withTimeout(60_000, () => {
      throw new Error("at once");
    });
    expect(String(await failureOf(thrown))).to.equal("Error: at once");
    expect(await timers()).to.equal(before);
  });

  it("rejects what takes longer, by an error of its own type, that its signal has, too", async () => {
    let reason: unknown;
    const work = withTimeout(10, (signal) => {
      signal.addEventListener("abort", () => (reason = signal.reason));
      return never();
    });
    const error = await failureOf(work);
    expect(error).to.be.instanceOf(TimeoutError).and.to.equal(reason);
    expect(error).to.include({ name: "TimeoutError", ms: 10 });
    expect(String(error)).to.equal("TimeoutError: took longer than the 10 ms that it may take");
  });

  it("aborts work that heeds its signal, and leaves what that fails with to nobody", async () => {
    const error = await failureOf(
      withTimeout(10, (signal) =>
        sleep(60_000, undefined, { signal }).finally(() => {
          throw new Error("too late");
        }),
      ),
    );
    expect(error).to.be.instanceOf(TimeoutError);
    await sleep(5);
  });

  it(
    "marks the active span, which fails with it where nobody catches it",
    testTelemetry(async (t) => {
      await failureOf(withSpan("rates", () => withTimeout(10, never)));
      const caught = withSpan("fallback", () => withTimeout(10, never).catch(() => "old rates"));
      expect(await caught).to.equal("old rates");
      const [failed, saved] = t.spans;
      expect(failed?.events.map(({ name }) => name)).to.deep.equal(["timeout", "exception"]);
      expect(failed?.events[0]?.attributes).to.deep.equal({ "timeout.duration": 0.01 });
      expect(failed?.status.message).to.equal("never took longer than the 10 ms that it may take");
      expect(saved?.events.map(({ name }) => name)).to.deep.equal(["timeout"]);
      expect(saved?.status.code).to.equal(0);
    }),
  );

  it("is aborted sooner by a signal of the caller, whose reason it rejects with", async () => {
    const before = await timers();
    const caller = new AbortController();
    let own: AbortSignal | undefined;
    const work = failureOf(
      withTimeout(60_000, (signal) => ((own = signal), never()), { signal: caller.signal }),
    );
    caller.abort("gone");
    expect([await work, own?.reason, await timers()]).to.deep.equal(["gone", "gone", before]);
  });

  it("does not begin where that is aborted already", async () => {
    let calls = 0;
    const before = await timers();
    expect(
      await failureOf(withTimeout(60_000, () => calls++, { signal: AbortSignal.abort("gone") })),
    ).to.equal("gone");
    expect([calls, await timers()]).to.deep.equal([0, before]);
  });

  it("keeps the context of the caller", async () => {
    const user = new ContextVariable<string>("user");
    await user.run("ann", async () => {
      expect(await withTimeout(1_000, async () => (await sleep(1), user.get()))).to.equal("ann");
    });
  });

  it("takes any time from 0 on, also longer than timers do", async () => {
    for (const ms of [2 ** 31, 1e300, Number.POSITIVE_INFINITY])
      expect(await withTimeout(ms, () => sleep(5, "done"))).to.equal("done");
    expect(await failureOf(withTimeout(0, never))).to.be.instanceOf(TimeoutError);
  });

  it("takes no nonsense for a time or a function, and none for a signal", async () => {
    for (const ms of [-1, Number.NaN, "10", undefined, null, {}])
      expect(() => withTimeout(ms as never, never))
        .to.throw()
        .with.property("code", "THR_NOT_A_DURATION");
    expect(() => withTimeout(10, 5 as never))
      .to.throw()
      .with.property("code", "THR_NOT_A_FUNCTION");
    let work: Promise<number> | undefined;
    silently(() => (work = withTimeout(10, () => 1, { signal: "no" as never })));
    expect(await work).to.equal(1);
    expect(await withTimeout(10, () => 2, null as never)).to.equal(2);
  });

  it("leaves no listener on a signal, and no timer, once it has given its answer", async () => {
    const { signal } = new AbortController();
    const before = await timers();
    await withTimeout(60_000, () => 1, { signal });
    await failureOf(withTimeout(60_000, () => Promise.reject(new Error("own")), { signal }));
    await failureOf(withTimeout(1, never, { signal }));
    expect(getEventListeners(signal, "abort")).to.deep.equal([]);
    expect(await timers()).to.equal(before);
  });

  it("goes on where its signal is none, and only looks like one", async () => {
    let work: Promise<number> | undefined;
    const signal = Object.create(AbortSignal.prototype) as AbortSignal;
    silently(() => (work = withTimeout(60_000, () => 1, { signal })));
    expect(await work).to.equal(1);
  });
});
