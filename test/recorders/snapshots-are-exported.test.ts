import { expect } from "chai";
import type { Metric } from "../../src/recorders/metric.ts";
import { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";
import { MetricsRuntime } from "../../src/recorders/metrics-runtime.ts";
import { RecorderLoop } from "../../src/recorders/recorder-loop.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { troubles } from "../../src/core/diagnostics.ts";
import { silently } from "../stderr.ts";
import { workerModule } from "./worker-module.ts";

/** Counts events of this type. */
function counting(name: string, type: string): Metric {
  let total = 0;
  return {
    name,
    handle: (event) => event.type === type && ++total > 0,
    snapshot: () => ({ dimensions: { total, twice: total * 2 } }),
  };
}

describe("recorders that export their metrics", () => {
  it(
    "have each metric as a gauge of its name, a series for each dimension, also after stop",
    testTelemetry(async (t) => {
      const runtime = new MetricsRuntime({ exportMetrics: true });
      const recorder = runtime.createRecorder("shop");
      recorder.registerMetric(counting("shop.orders", "order"));
      recorder.registerMetric(counting("shop.returns", "return"));
      await recorder.registerEvent({ type: "order" });
      expect(t.metric("shop.orders").value({ dimension: "total" })).to.equal(1);
      await recorder.registerEvent({ type: "order" });
      await runtime.stop();
      expect(t.metric("shop.orders").measurements).to.deep.equal([
        { value: 2, attributes: { dimension: "total" } },
        { value: 4, attributes: { dimension: "twice" } },
      ]);
      expect(t.metric("shop.orders").kind).to.equal("observableGauge");
      expect(t.metric("shop.returns").value({ dimension: "total" })).to.equal(0);
    }),
  );

  it(
    "have a metric whose first snapshots fail, as soon as it has one",
    testTelemetry(async (t) => {
      const runtime = new MetricsRuntime({ exportMetrics: true });
      const recorder = runtime.createRecorder("shop");
      let total = 0;
      const snapshot = (): ReturnType<Metric["snapshot"]> => {
        if (total === 0) throw new Error("nothing yet");
        return { dimensions: { total } };
      };
      silently(() => recorder.registerMetric({ name: "shop.late", handle: () => ++total > 0, snapshot }));
      await recorder.registerEvent({ type: "order" });
      expect(t.metric("shop.late").value()).to.equal(1);
      await runtime.stop();
    }),
  );

  it(
    "have those that a worker counts",
    testTelemetry(async (t) => {
      const worker = new URL("worker-of-orders.ts", import.meta.url);
      const runtime = new MetricsRuntime({ worker, exportMetrics: true });
      const recorder = runtime.createRecorder("orders");
      await recorder.start();
      await recorder.registerEvent({ type: "order" });
      expect(t.metric("orders").value({ dimension: "total" })).to.equal(1);
      await runtime.stop();
    }),
  );

  it(
    "have one that a worker registers late, before they stop",
    testTelemetry(async (t) => {
      const late = workerModule(`
        const recorder = new MetricsRecorder("orders");
        let total = 0;
        await new Promise((resolve) => setTimeout(resolve, 20));
        recorder.registerMetric({ name: "late", handle: () => ++total > 0, snapshot: () => ({ dimensions: { total } }) });
      `);
      await using runtime = new MetricsRuntime({ worker: late, exportMetrics: true });
      const recorder = runtime.createRecorder("orders");
      for (let event = 0; event < 50 && t.metric("late").value() === undefined; event++) {
        await recorder.registerEvent({ type: "order" });
        await sleep(5);
      }
      expect(t.metric("late").value({ dimension: "total" })).to.be.at.least(1);
    }),
  ).timeout(10_000);

  it("are not kept where nobody collects", async () => {
    for (let index = 0; index < 50; index++) {
      const runtime = new MetricsRuntime({ exportMetrics: true });
      runtime.createRecorder("shop").registerMetric(counting(`unseen.${index}`, "order"));
      await runtime.stop();
    }
    testTelemetry((t) => {
      expect(t.metrics().filter(({ name }) => name.startsWith("unseen."))).to.deep.equal([]);
    })();
  });

  it(
    "are asked once for each collection",
    testTelemetry(async (t) => {
      const runtime = new MetricsRuntime({ exportMetrics: true });
      const recorder = runtime.createRecorder("shop");
      let asked = 0;
      for (let index = 0; index < 50; index++) {
        const metric = counting(`shop.${index}`, "order");
        recorder.registerMetric({ ...metric, snapshot: () => (asked++, metric.snapshot()) });
      }
      asked = 0;
      t.metrics();
      expect(asked).to.equal(50);
      await runtime.stop();
    }),
  );

  it(
    "are those that ask for it, and no others",
    testTelemetry(async (t) => {
      const before = troubles().invalid_configuration ?? 0;
      await silentlyRecord(new RecorderLoop());
      await silentlyRecord(new RecorderLoop({}));
      let odd: RecorderLoop | undefined;
      silently(() => (odd = new RecorderLoop({ exportMetrics: "yes" as unknown as boolean })));
      if (odd !== undefined) await silentlyRecord(odd);
      expect(t.metrics()).to.deep.equal([]);
      expect(troubles().invalid_configuration).to.equal(before + 1);
    }),
  );
});

async function silentlyRecord(loop: RecorderLoop): Promise<void> {
  const recorder = loop.run(() => new MetricsRecorder("shop"));
  recorder.registerMetric(counting("shop.orders", "order"));
  await recorder.start();
  await recorder.stop();
}
