import { expect } from "chai";
import { array, assert, asyncProperty, constantFrom, integer } from "fast-check";
import { troubles } from "../../src/core/diagnostics.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";
import { RecorderLoop } from "../../src/recorders/recorder-loop.ts";
import { RecorderLoopUnavailableError } from "../../src/recorders/recorder-loop-unavailable-error.ts";
import type { RecorderResult } from "../../src/recorders/recorder-result.ts";
import { type OrderEvent, registerMetrics } from "./order-metrics.ts";
import { workerFile } from "./worker-module.ts";

interface Loop {
  readonly open: () => RecorderLoop;
  /** For a recorder that was constructed here. */
  readonly register: (recorder: MetricsRecorder<OrderEvent>) => void;
  /** How many programs a property is tried with. */
  readonly programs: number;
}

const ORDER: OrderEvent = { type: "order" };
const OK = { success: true, error: undefined };

const codeOf = ({ error }: RecorderResult): string | undefined => error?.code;

const totalOf = (recorder: MetricsRecorder<OrderEvent>): number | undefined =>
  recorder.getMetricSnapshots()["orders"]?.dimensions["total"];

function theContract(title: string, { open, register, programs }: Loop): void {
  const construct = (loop: RecorderLoop, name = "orders", maxPending?: number) => {
    const options = maxPending === undefined ? {} : { maxPending };
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>(name, options));
    register(recorder);
    return recorder;
  };

  describe(title, function () {
    this.timeout(60_000);

    it("shows each event to the metrics, in order, and gives their snapshots", async () => {
      await using loop = open();
      const recorder = construct(loop);
      expect(await recorder.start()).to.deep.equal(OK);
      for (let number = 0; number < 1_000; number++) void recorder.registerEvent({ ...ORDER, number });
      await recorder.stop();
      expect(recorder.getMetricSnapshots()["orders"]).to.deep.equal({
        name: "orders",
        dimensions: { total: 1_000, misplaced: 0 },
      });
    });

    it("has counted an event when its result resolves, and not in the caller's stack", async () => {
      await using loop = open();
      const recorder = construct(loop);
      await recorder.start();
      const result = recorder.registerEvent(ORDER);
      expect(totalOf(recorder) ?? 0).to.equal(0);
      expect(await result).to.deep.equal(OK);
      expect(totalOf(recorder)).to.equal(1);
    });

    it("lets events wait for start()", async () => {
      await using loop = open();
      const recorder = construct(loop);
      const early = recorder.registerEvent(ORDER);
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(recorder.report()).to.include({ accepted: 1, handled: 0, pending: 1 });
      await recorder.start();
      expect(await early).to.deep.equal(OK);
      expect(recorder.report()).to.include({ accepted: 1, handled: 1, pending: 0 });
    });

    it("has counted all that it accepted when stop() resolves, also if it was never started", async () => {
      await using loop = open();
      const recorder = construct(loop);
      const results = Array.from({ length: 300 }, () => recorder.registerEvent(ORDER));
      expect(await recorder.stop()).to.deep.equal(OK);
      expect(totalOf(recorder)).to.equal(300);
      expect(new Set((await Promise.all(results)).map(codeOf))).to.deep.equal(new Set([undefined]));
    });

    it("starts and stops as often as it is asked to, with one result", async () => {
      await using loop = open();
      const recorder = construct(loop);
      expect(await Promise.all([recorder.start(), recorder.start()])).to.deep.equal([OK, OK]);
      const stops = [recorder.stop(), recorder.stop()];
      expect(await Promise.all(stops)).to.deep.equal([OK, OK]);
      expect(await recorder.stop()).to.deep.equal(OK);
    });

    it("refuses events and a start after stop(), by a code in the result, and can be read", async () => {
      await using loop = open();
      const recorder = construct(loop);
      void recorder.registerEvent(ORDER);
      const stopped = recorder.stop();
      expect(codeOf(await recorder.registerEvent(ORDER))).to.equal("THR_RECORDER_STOPPED");
      await stopped;
      expect(codeOf(await recorder.registerEvent(ORDER))).to.equal("THR_RECORDER_STOPPED");
      expect(codeOf(await recorder.start())).to.equal("THR_RECORDER_STOPPED");
      expect(recorder.report()).to.include({ accepted: 1, handled: 1, refused: 2 });
      expect(totalOf(recorder)).to.equal(1);
    });

    it("takes as many events as may wait, refuses the next, and takes others when those are counted", async () => {
      await using loop = open();
      const recorder = construct(loop, "orders", 3);
      const before = troubles().recorder_full ?? 0;
      const results = [1, 2, 3, 4, 5].map(() => recorder.registerEvent(ORDER));
      expect(recorder.report()).to.include({ accepted: 3, pending: 3, refused: 2 });
      await recorder.start();
      expect((await Promise.all(results)).map(codeOf)).to.deep.equal([
        undefined,
        undefined,
        undefined,
        "THR_RECORDER_FULL",
        "THR_RECORDER_FULL",
      ]);
      expect(await recorder.registerEvent(ORDER)).to.deep.equal(OK);
      expect(troubles().recorder_full).to.equal(before + 2);
    });

    it("refuses what is no event", async () => {
      await using loop = open();
      const recorder = construct(loop);
      const { proxy: revoked, revoke } = Proxy.revocable({}, {});
      revoke();
      const broken = {
        get type(): string {
          throw new Error("on purpose");
        },
      };
      const odd = [null, undefined, 5, "order", [], {}, { type: 5 }, () => {}, revoked, broken];
      for (const value of odd)
        expect(codeOf(await recorder.registerEvent(value as never))).to.equal("THR_NOT_AN_EVENT");
      expect(recorder.report()).to.include({ accepted: 0, refused: odd.length });
    });

    it("keeps a metric that throws, or is async, from the others, and counts what it costs", async () => {
      await using loop = open();
      const recorder = construct(loop);
      const before = troubles().metric_failed ?? 0;
      await recorder.start();
      const types = ["order", "boom", "nothing", "async", "order"] as const;
      const results = await Promise.all(types.map((type) => recorder.registerEvent({ type })));
      expect(results.map(codeOf)).to.deep.equal([
        undefined,
        "THR_METRIC_FAILED",
        undefined,
        "THR_METRIC_FAILED",
        undefined,
      ]);
      expect(String(results[1]?.error?.cause)).to.equal("Error: on purpose");
      const counts = { accepted: 5, handled: 2, unhandled: 1, failed: 2, refused: 0, pending: 0 };
      expect(recorder.report()).to.deep.equal({ ...counts, metricFailures: 2 });
      expect((troubles().metric_failed ?? 0) - before).to.equal(2);
      expect(totalOf(recorder)).to.equal(2);
    });

    it("leaves out a snapshot that fails, and what is no number in one", async () => {
      await using loop = open();
      const [recorder, other] = [construct(loop), construct(loop, "unreadable")];
      const before = troubles().metric_failed ?? 0;
      await Promise.all([recorder.stop(), other.stop()]);
      expect(recorder.getMetricSnapshots()["fragile"]?.dimensions).to.deep.equal({ one: 1 });
      expect(Object.keys(other.getMetricSnapshots())).to.deep.equal(["orders"]);
      expect(troubles().metric_failed).to.be.greaterThan(before);
      expect(other.report().metricFailures).to.be.greaterThan(0);
    });

    it("gives each reader snapshots of its own, whatever a metric is called", async () => {
      await using loop = open();
      const recorder = construct(loop);
      void recorder.registerEvent(ORDER);
      await recorder.stop();
      const mine = recorder.getMetricSnapshots();
      expect(Object.keys(mine)).to.have.members(["fragile", "orders", "__proto__"]);
      expect(Object.getOwnPropertyDescriptor(mine, "__proto__")?.value).to.deep.equal({
        name: "__proto__",
        dimensions: { total: 1, misplaced: 0 },
      });
      Object.assign(mine["orders"]?.dimensions ?? {}, { total: 99 });
      delete mine["fragile"];
      expect(totalOf(recorder)).to.equal(1);
      expect(recorder.getMetricSnapshots()).to.have.property("fragile");
    });

    it("stops its recorders when it is closed, and constructs none from then on", async () => {
      const loop = open();
      const recorder = construct(loop);
      const result = recorder.registerEvent(ORDER);
      loop[Symbol.dispose]();
      expect(() => construct(loop)).to.throw(RecorderLoopUnavailableError, /one that was closed/);
      expect(codeOf(await recorder.registerEvent(ORDER))).to.equal("THR_RECORDER_STOPPED");
      await loop[Symbol.asyncDispose]();
      expect(await result).to.deep.equal(OK);
      expect(totalOf(recorder)).to.equal(1);
      await loop[Symbol.asyncDispose]();
    });

    it("constructs recorders wherever run() reaches, also after awaits, and nowhere else", async () => {
      await using loop = open();
      const recorder = await loop.run(async () => {
        await new Promise(setImmediate);
        return new MetricsRecorder("orders");
      });
      expect(recorder.name).to.equal("orders");
      expect(() => new MetricsRecorder("orders")).to.throw(RecorderLoopUnavailableError);
      expect(() => loop.run("fn" as never))
        .to.throw(ThroughlineError)
        .with.property("code", "THR_NOT_A_FUNCTION");
    });

    it("counts every accepted event exactly once, however it is used", async () => {
      const step = constantFrom("order", "nothing", "boom", "start", "stop", "turn", "read", "odd");
      await assert(
        asyncProperty(array(step, { maxLength: 60 }), integer({ min: 1, max: 20 }), async (steps, most) => {
          await using loop = open();
          const recorder = construct(loop, "orders", most);
          const results: Promise<RecorderResult>[] = [];
          for (const act of steps) {
            if (act === "start") void recorder.start();
            else if (act === "stop") void recorder.stop();
            else if (act === "turn") await new Promise(setImmediate);
            else if (act === "read") expectBalance(recorder);
            else if (act === "odd") results.push(recorder.registerEvent(null as never));
            else results.push(recorder.registerEvent({ type: act }));
            expectBalance(recorder);
          }
          expect(await recorder.stop()).to.deep.equal(OK);
          const codes = (await Promise.all(results)).map(codeOf);
          const { accepted, handled, unhandled, failed, refused, pending } = recorder.report();
          expect(pending).to.equal(0);
          expect(handled + unhandled).to.equal(codes.filter((code) => code === undefined).length);
          expect(failed).to.equal(codes.filter((code) => code === "THR_METRIC_FAILED").length);
          expect(accepted + refused).to.equal(codes.length);
          expect(totalOf(recorder)).to.equal(handled);
        }),
        { numRuns: programs },
      );
    });
  });
}

function expectBalance(recorder: MetricsRecorder<OrderEvent>): void {
  const { accepted, handled, unhandled, failed, pending } = recorder.report();
  expect(accepted).to.equal(handled + unhandled + failed + pending);
  const { total = 0 } = recorder.getMetricSnapshots()["orders"]?.dimensions ?? {};
  expect(total).to.be.at.least(handled);
}

theContract("a loop in this process", {
  open: () => new RecorderLoop(),
  register: registerMetrics,
  programs: 200,
});

theContract("a loop in a worker", {
  open: () => RecorderLoop.inWorker(workerFile("worker-of-orders.ts")),
  register: () => {},
  programs: 15,
});
