import { expect } from "chai";
import { AsyncLocalStorage } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { scope } from "../../src/context/open-scope.ts";
import { isTracingSuppressed } from "../../src/context/suppression.ts";
import { counter } from "../../src/metrics/accessors.ts";
import type { Metric, MetricEvent } from "../../src/recorders/metric.ts";
import { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";
import { RecorderLoop } from "../../src/recorders/recorder-loop.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";

const measured = counter("shop.measured");
const measuring: Metric = {
  name: "orders",
  handle: () => (measured.add(1), true),
  snapshot: () => ({ dimensions: {} }),
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A started recorder with one metric, which calls `fn` for each event. */
function recorderThat(fn: (event: MetricEvent) => void, maxPending = 1_000_000): MetricsRecorder {
  const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop", { maxPending }));
  let total = 0;
  recorder.registerMetric({
    name: "calls",
    handle(event) {
      fn(event);
      total++;
      return true;
    },
    snapshot: () => ({ name: "calls", dimensions: { total } }),
  });
  void recorder.start();
  return recorder;
}

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe("a recorder's work", () => {
  it("leaves the event loop its turn after 10 ms, whoever else has work of this kind", async () => {
    const recorders = [1, 2, 3].map(() => recorderThat(() => spin(1)));
    for (const recorder of recorders)
      for (let event = 0; event < 30; event++) void recorder.registerEvent({ type: "event" });
    const handledByAll = (): number =>
      recorders.map((recorder) => recorder.report().handled).reduce((sum, handled) => sum + handled);
    for (let before = 0; before < 90; before = handledByAll()) {
      await turn();
      expect(handledByAll() - before).to.be.at.most(10);
    }
  });

  it("goes round among recorders, so that none waits for the end of another's burst", async () => {
    const order: string[] = [];
    const long = recorderThat(() => spin(1));
    const short = recorderThat(({ type }) => order.push(type));
    for (let event = 0; event < 60; event++) void long.registerEvent({ type: "event" });
    const longEnd = long.stop().then(() => order.push("end of the long one"));
    void short.registerEvent({ type: "short" });
    await longEnd;
    expect(order).to.deep.equal(["short", "end of the long one"]);
  });

  it("belongs to no request: it sees neither its context nor its storages, and is not traced", async () => {
    const storage = new AsyncLocalStorage<string>();
    const user = new ContextVariable<string>("user");
    const seen: unknown[] = [];
    const recorder = recorderThat(() =>
      seen.push(storage.getStore(), user.tryGet(), isTracingSuppressed(currentContext())),
    );
    const result = await storage.run("request", () =>
      scope(() => {
        user.set("ann");
        return recorder.registerEvent({ type: "event" });
      }),
    );
    expect(result.success).to.equal(true);
    expect(seen).to.deep.equal([undefined, undefined, true]);
  });

  it(
    "measures where telemetry went as it was constructed",
    testTelemetry(async (t) => {
      const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop"));
      recorder.registerMetric(measuring);
      void recorder.start();
      await testTelemetry(() => recorder.registerEvent({ type: "order" }))();
      await recorder.stop();
      expect(t.metric("shop.measured").value()).to.equal(1);
    }),
  );

  it("shows events that a metric registers after those that wait, and what it registers to no event before", async () => {
    const order: string[] = [];
    const recorder = recorderThat(({ type }) => {
      order.push(type);
      if (type !== "first") return;
      void recorder.registerEvent({ type: "third" });
      recorder.registerMetric({
        name: "later",
        handle: (event) => order.push(`later ${event.type}`) > 0,
        snapshot: () => ({ name: "later", dimensions: {} }),
      });
    });
    await Promise.all([
      recorder.registerEvent({ type: "first" }),
      recorder.registerEvent({ type: "second" }),
    ]);
    await recorder.stop();
    expect(order).to.deep.equal(["first", "second", "later second", "third", "later third"]);
  });

  it("lets a metric stop its recorder, which counts the rest", async () => {
    const recorder = recorderThat(() => void recorder.stop());
    const results = [1, 2, 3].map(() => recorder.registerEvent({ type: "event" }));
    expect((await Promise.all(results)).every(({ success }) => success)).to.equal(true);
    expect(recorder.report()).to.include({ handled: 3, pending: 0 });
  });

  it("refuses an event whose type stops the recorder as it is read", async () => {
    const recorder = recorderThat(() => {});
    const event = {
      get type(): string {
        void recorder.stop();
        return "event";
      },
    };
    expect((await recorder.registerEvent(event)).error?.code).to.equal("THR_RECORDER_STOPPED");
    await recorder.stop();
    expect(recorder.report()).to.include({ accepted: 0, refused: 1 });
  });

  it("takes a burst of a million, refuses what is too much without an error for each, and counts the rest", async function () {
    this.timeout(60_000);
    const recorder = recorderThat(() => {}, 500_000);
    const refused = new Set<unknown>();
    let last: unknown;
    for (let event = 0; event < 1_000_000; event++) {
      last = recorder.registerEvent({ type: "event" });
      if (event >= 500_000) refused.add(last);
    }
    expect(refused.size).to.equal(1);
    await recorder.stop();
    expect(recorder.report()).to.include({ accepted: 500_000, handled: 500_000, refused: 500_000 });
  });
});
