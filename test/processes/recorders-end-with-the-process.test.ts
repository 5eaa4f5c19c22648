import { expect } from "chai";
import { pathToFileURL } from "node:url";
import { program, spawned } from "./spawned.ts";

const door = pathToFileURL("dist/index.js").href;
const module = (code: string): string =>
  `new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(`import { MetricsRecorder } from "${door}"; ${code}`)}`)})`;

const metric = `{
  name: "m",
  total: 0,
  handle() { this.total++; return true; },
  snapshot() { return { name: "m", dimensions: { total: this.total } }; },
}`;
const counting = module(`new MetricsRecorder("shop").registerMetric(${metric});`);

/** A program that prints, as it ends, what `recorder` has counted. */
const with1000Events = (open: string, more: string): string => `
  import { MetricsRecorder, RecorderLoop } from "throughline";
  const loop = ${open};
  const recorder = loop.run(() => new MetricsRecorder("shop"));
  ${more}
  for (let event = 0; event < 1_000; event++) recorder.registerEvent({ type: "event" });
  process.on("exit", () => {
    const { handled, pending } = recorder.report();
    console.log(handled, pending, recorder.getMetricSnapshots().m?.dimensions.total);
  });`;

describe("a program that ends by itself", function () {
  this.timeout(30_000);

  it("ends after its recorder has counted what waits", async () => {
    const code = with1000Events(
      "new RecorderLoop()",
      `recorder.start(); recorder.registerMetric(${metric});`,
    );
    expect(await program(code)).to.deep.include({ code: 0, output: "1000 0 1000\n", errors: "" });
  });

  it("ends after its worker has counted what waits, also if that has not begun yet", async () => {
    const code = with1000Events(`RecorderLoop.inWorker(${counting})`, "recorder.start();");
    expect(await program(code)).to.deep.include({ code: 0, output: "1000 0 1000\n", errors: "" });
  });

  it("ends after a loop that was closed by its block, and never before", async () => {
    for (const open of ["new RecorderLoop()", `RecorderLoop.inWorker(${counting})`]) {
      const code = with1000Events(open, open.includes("Worker") ? "" : `recorder.registerMetric(${metric});`);
      const ended = await program(`${code} loop[Symbol.dispose]();`);
      expect(ended).to.deep.include({ code: 0, output: "1000 0 1000\n", errors: "" });
    }
  });

  it("is not kept alive by an idle worker, one that has counted, or events that nobody started", async () => {
    const ended = await program(
      `import { MetricsRuntime, MetricsRecorder, RecorderLoop } from "throughline";
       const worker = ${counting};
       RecorderLoop.inWorker(worker);
       const unstarted = RecorderLoop.inWorker(worker).run(() => new MetricsRecorder("shop"));
       unstarted.registerEvent({ type: "event" });
       const runtime = new MetricsRuntime({ worker });
       const { success } = await runtime.createRecorder("shop").registerEvent({ type: "event" });
       console.log(success, runtime.getMetricSnapshots().shop.m.dimensions.total);`,
    );
    expect(ended).to.deep.include({ code: 0, output: "true 1\n", errors: "" });
  });

  it("is not kept alive by a worker without the recorder, and is told so in one line", async () => {
    const worker = module(`new MetricsRecorder("other"); setInterval(() => {}, 1_000);`);
    const { code, output, errors } = await program(
      with1000Events(`RecorderLoop.inWorker(${worker})`, "recorder.start();"),
    );
    expect({ code, output }).to.deep.equal({ code: 0, output: "0 0 undefined\n" });
    expect(errors).to.match(
      /^throughline: recorder "shop" counts nothing: [^\n]*no recorder of this name\n$/,
    );
  });

  it("keeps nothing of the request that made a loop, began to use it, or was the first to record", async () => {
    const ended = await spawned([
      "--expose-gc",
      "--input-type=module",
      "-e",
      `import { AsyncLocalStorage } from "node:async_hooks";
       import { MetricsRecorder, RecorderLoop } from "throughline";
       const storage = new AsyncLocalStorage();
       const begin = (loop) => {
         const request = { of: "somebody" };
         const recorder = storage.run(request, () => loop().run(() => new MetricsRecorder("shop")));
         const first = storage.run(request, () => { recorder.start(); return recorder.registerEvent({ type: "event" }); });
         return { recorder, first, request: new WeakRef(request) };
       };
       const begun = [begin(() => new RecorderLoop()), begin(() => RecorderLoop.inWorker(${counting}))];
       for (const each of begun) {
         const { recorder, request } = each;
         console.log((await each.first).success);
         each.first = undefined; // below Node 24 a promise keeps what it was made in
         for (let round = 0; round < 5; round++) {
           await new Promise(setImmediate);
           gc();
         }
         console.log(request.deref(), recorder.report().handled + recorder.report().unhandled);
       }`,
    ]);
    const output = "true\nundefined 1\n".repeat(2);
    expect(ended).to.deep.include({ code: 0, output, errors: "" });
  });

  it("hears of metrics that fail in the worker in one line, and of a worker that throws in another", async () => {
    const worker = module(
      `new MetricsRecorder("shop").registerMetric({
         name: "bad",
         handle({ type }) { if (type === "end") setImmediate(() => { throw new Error("out of nowhere"); }); throw new Error("bad day"); },
         snapshot: () => ({ name: "bad", dimensions: {} }),
       });`,
    );
    const { code, errors } = await program(
      `${with1000Events(`RecorderLoop.inWorker(${worker})`, "await recorder.start();")}
       recorder.registerEvent({ type: "end" });`,
    );
    expect(code).to.equal(0);
    const [metricLine, workerLine, ...rest] = errors.split("\n");
    expect(metricLine).to.match(/^throughline: metric "bad" of recorder "shop" failed .*bad day/);
    // It comes only where the program has not ended before.
    if (workerLine !== "")
      expect(workerLine).to.match(/^throughline: recorders count nothing any more: .*nowhere/);
    expect(rest.join("")).to.equal("");
  });
});
