import { expect } from "chai";
import { ThroughlineError } from "../../src/core/errors.ts";
import { MetricsRuntime } from "../../src/recorders/metrics-runtime.ts";
import { RecorderLoopUnavailableError } from "../../src/recorders/recorder-loop-unavailable-error.ts";
import { type OrderEvent, registerMetrics } from "./order-metrics.ts";
import { workerFile, workerModule } from "./worker-module.ts";

const OK = { success: true, error: undefined };
const worker = workerFile("worker-of-orders.ts");

const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof ThroughlineError ? error.code : error;
  }
};

describe("a MetricsRuntime", function () {
  this.timeout(20_000);

  it("creates recorders that are started, and finds them by name", async () => {
    await using runtime = new MetricsRuntime();
    const recorder = runtime.createRecorder<OrderEvent>("orders");
    registerMetrics(recorder);
    expect(await recorder.registerEvent({ type: "order" })).to.deep.equal(OK);
    expect(runtime.recorder("orders")).to.equal(recorder);
    expect(runtime.recorder("toString")).to.equal(undefined);
  });

  for (const [where, options] of [
    ["in this thread", {}],
    ["in a worker", { worker }],
  ] as const) {
    it(`stops them all, once, and has counted what they accepted, ${where}`, async () => {
      const runtime = new MetricsRuntime(options);
      const recorders = ["orders", "unreadable"].map((name) => runtime.createRecorder<OrderEvent>(name));
      for (const recorder of recorders) {
        if (where === "in this thread") registerMetrics(recorder);
        void recorder.registerEvent({ type: "order" });
      }
      expect(await Promise.all([runtime.stop(), runtime.stop()])).to.deep.equal([OK, OK]);
      const { orders, unreadable } = runtime.getMetricSnapshots();
      const one = { name: "orders", dimensions: { total: 1, misplaced: 0 } };
      expect([orders?.["orders"], unreadable?.["orders"]]).to.deep.equal([one, one]);
      expect((await recorders[0]?.registerEvent({ type: "order" }))?.error?.code).to.equal(
        "THR_RECORDER_STOPPED",
      );
      expect(runtime.recorder("orders")).to.equal(recorders[0]);
    });
  }

  it("creates one of a name, none after stop(), and none without a name", async () => {
    const runtime = new MetricsRuntime();
    runtime.createRecorder("orders");
    expect(codeOf(() => runtime.createRecorder("orders"))).to.equal("THR_RECORDER_EXISTS");
    expect(codeOf(() => runtime.createRecorder(5 as never))).to.equal("THR_NOT_A_NAME");
    await runtime.stop();
    expect(codeOf(() => runtime.createRecorder("other"))).to.equal("THR_RUNTIME_STOPPED");
  });

  it("gives its recorders the bound that it was given", () => {
    const recorder = new MetricsRuntime({ maxPending: 2 }).createRecorder("orders");
    for (let event = 0; event < 3; event++) void recorder.registerEvent({ type: "order" });
    expect(recorder.report()).to.include({ accepted: 2, refused: 1 });
    void recorder.stop();
  });

  it("takes a recorder's name for what it is, whatever it is", async () => {
    await using runtime = new MetricsRuntime();
    runtime.createRecorder("__proto__");
    expect(Object.keys(runtime.getMetricSnapshots())).to.deep.equal(["__proto__"]);
  });

  it("says with its own error that no worker can be made, and with its result that one has failed", async () => {
    for (const odd of [5, "nonsense", null, "https://example.com/worker.js"])
      expect(() => new MetricsRuntime({ worker: odd as never })).to.throw(RecorderLoopUnavailableError);
    const runtime = new MetricsRuntime({ worker: workerModule("throw new Error('on purpose')") });
    const recorder = runtime.createRecorder("orders");
    void recorder.registerEvent({ type: "order" });
    const { success, error } = await runtime.stop();
    expect([success, error?.code]).to.deep.equal([false, "THR_RECORDER_LOOP_UNAVAILABLE"]);
    expect(recorder.report()).to.include({ accepted: 1, failed: 1, pending: 0 });
    expect(runtime.getMetricSnapshots()).to.deep.equal({ orders: {} });
  });

  it("is not harmed by options that cannot be read", async () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const options of [null, 5, revoked]) await new MetricsRuntime(options as never).stop();
  });
});
