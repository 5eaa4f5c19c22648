import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { troubles } from "../../src/core/diagnostics.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import type { MetricEvent } from "../../src/recorders/metric.ts";
import { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";
import { RecorderLoop } from "../../src/recorders/recorder-loop.ts";
import { RecorderLoopUnavailableError } from "../../src/recorders/recorder-loop-unavailable-error.ts";
import type { RecorderResult } from "../../src/recorders/recorder-result.ts";
import { SilenceWatch } from "../../src/recorders/silence-watch.ts";
import { WorkerHost } from "../../src/recorders/worker-host.ts";
import { silently } from "../stderr.ts";
import type { OrderEvent } from "./order-metrics.ts";
import { workerModule } from "./worker-module.ts";

const ORDER: OrderEvent = { type: "order" };
const OK = { success: true, error: undefined };
const COUNTING = `
  let total = 0;
  const metric = {
    name: "orders",
    handle({ type }) {
      if (type === "exit") process.exit(3);
      if (type === "throw later") setImmediate(() => { throw new Error("out of nowhere"); });
      return ++total > 0;
    },
    snapshot: () => ({ dimensions: { total } }),
  };
  const recorder = new MetricsRecorder("orders");
  recorder.registerMetric(metric);`;

const codeOf = ({ error }: RecorderResult): string | undefined => error?.code;
const lost = (): number => troubles().recorder_lost ?? 0;

/** Modules that construct no recorder of the name, each with what the result says of it. */
const WITHOUT: Record<string, [string, RegExp]> = {
  "throws as it is loaded": ["throw new Error('on purpose');", /has ended \(Error: on purpose\)/],
  "ends at once": ["", /has ended \(exit code 0\)/],
  exits: ["process.exit(3);", /has ended \(exit code 3\)/],
  "constructs others": [`new MetricsRecorder("other");`, /constructs no recorder of this name/],
  "has stopped its recorder": [`${COUNTING} recorder.stop();`, /was stopped in its worker/],
};

describe("a worker", function () {
  this.timeout(20_000);

  for (const [what, [code, why]] of Object.entries(WITHOUT)) {
    it(`whose module ${what} fails what it is asked, by its results alone, and is told once`, async () => {
      await using loop = RecorderLoop.inWorker(workerModule(code));
      const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
      const before = lost();
      const early = recorder.registerEvent(ORDER);
      const { error } = await recorder.start();
      expect(error).to.be.instanceOf(RecorderLoopUnavailableError);
      expect(error?.message).to.match(why);
      expect((await early).error).to.equal(error);
      expect((await recorder.registerEvent(ORDER)).error).to.equal(error);
      expect((await recorder.start()).error).to.equal(error);
      expect((await recorder.stop()).error).to.equal(error);
      expect(recorder.report()).to.include({ accepted: 1, failed: 1, refused: 1, pending: 0 });
      expect(lost()).to.equal(before + 1);
    });
  }

  it("that is missing is known by stop(), where nothing else was asked", async () => {
    await using loop = RecorderLoop.inWorker(new URL("no-such-file.ts", import.meta.url));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    const event = recorder.registerEvent(ORDER);
    expect(codeOf(await recorder.stop())).to.equal("THR_RECORDER_LOOP_UNAVAILABLE");
    expect(codeOf(await event)).to.equal("THR_RECORDER_LOOP_UNAVAILABLE");
  });

  for (const type of ["exit", "throw later"]) {
    it(`that ends in the middle ("${type}") keeps what it has said, and fails the rest`, async () => {
      await using loop = RecorderLoop.inWorker(workerModule(COUNTING));
      const recorder = loop.run(() => new MetricsRecorder("orders"));
      await recorder.start();
      expect(await recorder.registerEvent(ORDER)).to.deep.equal(OK);
      const before = lost();
      void recorder.registerEvent({ type });
      let result: RecorderResult;
      do result = await recorder.registerEvent(ORDER);
      while (result.success);
      expect(codeOf(result)).to.equal("THR_RECORDER_LOOP_UNAVAILABLE");
      expect(codeOf(await recorder.stop())).to.equal("THR_RECORDER_LOOP_UNAVAILABLE");
      const { accepted, handled, failed, pending } = recorder.report();
      expect([accepted, pending]).to.deep.equal([handled + failed, 0]);
      expect(recorder.getMetricSnapshots()["orders"]?.dimensions["total"]).to.equal(handled);
      expect(lost()).to.equal(before + 1);
      // A death is no misuse: who comes later learns of it from the results.
      const late = loop.run(() => new MetricsRecorder("late"));
      expect(codeOf(await late.start())).to.equal("THR_RECORDER_LOOP_UNAVAILABLE");
    });
  }

  it("that ends is believed what it has said before, however much that is", async () => {
    const chatty = COUNTING.replace(
      "return ++total",
      `if (flag !== undefined) chatter(flag, 0); return ++total`,
    ).replace("{ type }", "{ type, flag }");
    const chatter = `
      function chatter(flag, said) {
        recorder.registerEvent({ type: "own" });
        if (said < 5_000) return setImmediate(chatter, flag, said + 1);
        setImmediate(() => {
          Atomics.store(flag, 0, 1);
          Atomics.notify(flag, 0);
          process.exit(0);
        });
      }`;
    await using loop = RecorderLoop.inWorker(workerModule(`${chatter} ${chatty}`));
    const recorder = loop.run(() => new MetricsRecorder("orders"));
    await recorder.start();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    void recorder.registerEvent({ type: "order", flag } as MetricEvent);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    // Until the worker has said everything nothing of it is heard here.
    Atomics.wait(flag, 0, 0);
    let result: RecorderResult;
    do result = await recorder.registerEvent(ORDER);
    while (result.success);
    expect(recorder.getMetricSnapshots()["orders"]?.dimensions).to.deep.equal({ total: 5_002 });
  });

  for (const [what, code] of [
    ["hangs in a metric", COUNTING.replace("return ++total", "for (;;); return ++total")],
    ["knows nothing of recorders", "setInterval(() => {}, 1_000);"],
  ] as const) {
    it(`that ${what} is given up when it has said nothing for long`, async () => {
      const host = new WorkerHost(workerModule(code), new SilenceWatch(500));
      const recording = host.open("orders", 10);
      const event = recording.accept(ORDER);
      const { error } = await recording.stop();
      expect(error?.message).to.match(/given no sign of life/);
      expect((await event).error).to.equal(error);
      await host.close();
    });
  }

  it("is given two intervals after its last sign of life at the least", async () => {
    const watch = new SilenceWatch(100);
    let silentAfter = 0;
    const began = performance.now();
    const gaveUp = new Promise<void>((resolve) =>
      watch.begin(() => {
        silentAfter = performance.now() - heard;
        resolve();
      }),
    );
    let heard = began;
    // Just before a look.
    await sleep(90);
    heard = performance.now();
    watch.heard();
    await gaveUp;
    expect(silentAfter).to.be.at.least(190);
  });

  it("that is closed as it starts has counted what was accepted", async () => {
    const loop = RecorderLoop.inWorker(workerModule(COUNTING));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    const results = [1, 2, 3].map(() => recorder.registerEvent(ORDER));
    loop[Symbol.dispose]();
    expect((await Promise.all(results)).map(codeOf)).to.deep.equal([undefined, undefined, undefined]);
    await loop[Symbol.asyncDispose]();
    expect(recorder.getMetricSnapshots()).to.deep.equal({
      orders: { name: "orders", dimensions: { total: 3 } },
    });
  });

  it("can construct its recorders late, as long as it has awaited before the first", async () => {
    const late = `await new Promise((resolve) => setTimeout(resolve, 50));${COUNTING}`;
    await using loop = RecorderLoop.inWorker(workerModule(late));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    void recorder.registerEvent(ORDER);
    expect(await recorder.stop()).to.deep.equal(OK);
    expect(recorder.report()).to.include({ handled: 1 });
  });

  it("that says what is no reply is not heard", async () => {
    const odd = `
      import("node:worker_threads").then(({ workerData }) => {
        const port = Object.values(workerData)[0];
        for (const message of [null, 5, "x", [], {}, { name: "orders" }, { kind: "progress", name: "orders" },
          { kind: "progress", name: "orders", answers: [true, true], snapshots: {}, failures: 0, act: "counted" },
          { kind: "lost", name: "orders" }, { kind: "other", name: "orders", answers: 5, snapshots: null }])
          port.postMessage(message);
      });`;
    await using loop = RecorderLoop.inWorker(workerModule(COUNTING + odd));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    await recorder.start();
    expect(await recorder.registerEvent(ORDER)).to.deep.equal(OK);
    expect(await recorder.stop()).to.deep.equal(OK);
    expect(recorder.report()).to.include({ accepted: 1, handled: 1, pending: 0 });
  });

  for (const [what, odd] of Object.entries({
    "a failure that is no sentence": "failures: 1, failure: 5",
    "failures without end": "failures: Infinity",
    "failures below none": "failures: -5",
    "no snapshots": "snapshots: null",
    "a snapshot of nothing": "snapshots: { orders: null }",
    "a snapshot without dimensions": "snapshots: { orders: { name: 'orders', dimensions: null } }",
    "an act that there is not": "act: 'danced'",
    "that it has stopped, unasked": "act: 'stopped'",
    "answers that are none": "answers: [5]",
  }))
    it(`that tells ${what} harms nothing`, async () => {
      const message = `{ kind: "progress", name: "orders", answers: [], snapshots: {}, failures: 0, failure: "", act: "counted", ${odd} }`;
      const post = `import("node:worker_threads").then(({ workerData }) => Object.values(workerData)[0].postMessage(${message}));`;
      await using loop = RecorderLoop.inWorker(workerModule(COUNTING + post));
      const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
      await recorder.start();
      expect(await recorder.registerEvent(ORDER)).to.deep.equal(OK);
      expect(recorder.getMetricSnapshots()["orders"]?.dimensions).to.deep.equal({ total: 1 });
      expect(await recorder.stop()).to.deep.equal(OK);
      expect(recorder.report()).to.include({ accepted: 1, handled: 1, metricFailures: 0, pending: 0 });
    });

  it("that has stopped without an answer has failed what it did not answer", async () => {
    const silent = `
      const { workerData } = await import("node:worker_threads");
      const port = Object.values(workerData)[0];
      const tell = (act) => port.postMessage({ kind: "progress", name: "orders", answers: [], snapshots: {}, failures: 0, failure: "", act });
      port.on("message", ({ kind }) => { if (kind !== "events") tell(kind === "start" ? "started" : "stopped"); });`;
    await using loop = RecorderLoop.inWorker(workerModule(silent));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    await recorder.start();
    const event = recorder.registerEvent(ORDER);
    expect(await recorder.stop()).to.deep.equal(OK);
    expect(codeOf(await event)).to.equal("THR_RECORDER_LOOP_UNAVAILABLE");
    expect(recorder.report()).to.include({ accepted: 1, failed: 1, pending: 0 });
  });

  it("counts events of its own too, and the first to read its snapshots here sees them", async () => {
    const own = `${COUNTING} recorder.start(); recorder.registerEvent({ type: "own" });`;
    await using loop = RecorderLoop.inWorker(workerModule(own));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    await recorder.start();
    await recorder.registerEvent(ORDER);
    expect(recorder.getMetricSnapshots()["orders"]?.dimensions).to.deep.equal({ total: 2 });
    expect(recorder.report()).to.include({ accepted: 1, handled: 1 });
  });
});

describe("a recorder whose loop is a worker", function () {
  this.timeout(20_000);

  it("takes no metrics here, and is the only one of its name, there too", async () => {
    const twice = `${COUNTING}
      let code;
      try { new MetricsRecorder("orders"); } catch (error) { code = error.code; }
      new MetricsRecorder(code);`;
    await using loop = RecorderLoop.inWorker(workerModule(twice));
    const recorder = loop.run(() => new MetricsRecorder<OrderEvent>("orders"));
    const metric = { name: "m", handle: () => true, snapshot: () => ({ dimensions: {} }) };
    expect(() => recorder.registerMetric(metric))
      .to.throw(ThroughlineError)
      .with.property("code", "THR_METRIC_IN_WORKER");
    expect(() => loop.run(() => new MetricsRecorder("orders")))
      .to.throw(ThroughlineError)
      .with.property("code", "THR_RECORDER_EXISTS");
    const witness = loop.run(() => new MetricsRecorder("THR_RECORDER_EXISTS"));
    expect(await witness.start()).to.deep.equal(OK);
  });

  it("fails the events that cannot be copied, and those alone", async () => {
    await using loop = RecorderLoop.inWorker(workerModule(COUNTING));
    const recorder = loop.run(() => new MetricsRecorder("orders"));
    const broken = {
      type: "order",
      get price(): number {
        throw new RangeError("on purpose");
      },
    };
    const odd = [broken, { type: "order", fn: () => {} }, new Proxy({ type: "order" }, {})];
    const events = Array.from({ length: 1_000 }, (_, index) => odd[index % 97] ?? ORDER);
    const results = events.map((event) => recorder.registerEvent(event));
    expect(await recorder.stop()).to.deep.equal(OK);
    const codes = (await Promise.all(results)).map(codeOf);
    expect(codes).to.deep.equal(
      events.map((event) => (event === ORDER ? undefined : "THR_EVENT_NOT_CLONED")),
    );
    expect((await results[0])?.error?.cause).to.be.instanceOf(RangeError);
    const failed = codes.filter((code) => code !== undefined).length;
    expect(recorder.report()).to.include({ accepted: 1_000, handled: 1_000 - failed, failed });
  });

  it("bounds what the worker has not answered", async () => {
    const held = COUNTING.replace("{ type }", "{ type, flag }").replace(
      "return ++total",
      "if (flag !== undefined) Atomics.wait(flag, 0, 0); return ++total",
    );
    await using loop = RecorderLoop.inWorker(workerModule(held));
    const recorder = loop.run(() => new MetricsRecorder("orders", { maxPending: 5 }));
    await recorder.start();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const accepted = Array.from({ length: 5 }, () =>
      recorder.registerEvent({ type: "order", flag } as MetricEvent),
    );
    // They are posted in the next turn, and wait for their answers from then on.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(recorder.report()).to.include({ accepted: 5, pending: 5 });
    let refused: Promise<RecorderResult> | undefined;
    silently(() => (refused = recorder.registerEvent(ORDER)));
    expect((await refused)?.error?.code).to.equal("THR_RECORDER_FULL");
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    expect((await Promise.all(accepted)).map(codeOf)).to.deep.equal(Array(5).fill(undefined));
    expect(await recorder.registerEvent(ORDER)).to.deep.equal(OK);
    expect(recorder.report()).to.include({ accepted: 6, handled: 6, refused: 1 });
  });

  it("takes the text of a URL too, and the path of a file", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "recorders-"));
    const file = path.join(folder, "worker.mjs");
    await writeFile(file, `await import(${JSON.stringify(workerModule(COUNTING).href)});`);
    for (const place of [workerModule(COUNTING).href, file, pathToFileURL(file).href]) {
      await using loop = RecorderLoop.inWorker(place);
      const recorder = loop.run(() => new MetricsRecorder("orders"));
      expect(await recorder.start()).to.deep.equal(OK);
    }
    await rm(folder, { recursive: true });
  });
});
