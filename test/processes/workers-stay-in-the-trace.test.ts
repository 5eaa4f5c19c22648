import { expect } from "chai";
import { type Receiver, startReceiver, type StoredTrace } from "../../src/devtools.ts";
import { type Ended, program } from "./spawned.ts";

type Span = StoredTrace["spans"][number];

interface Exported extends Ended {
  readonly spans: readonly Span[];
  readonly receiver: Receiver;
}

const file = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

const BEFORE = `
  import { Worker } from "node:worker_threads";
  import { once } from "node:events";
  import { Piscina } from "piscina";
  import { carryContext, ContextVariable, gather, start, withSpan, withTelemetry } from "throughline";
  const tenant = new ContextVariable("tenant", { travels: "process" });
  const poolOf = (options) => carryContext(new Piscina({ filename: ${file("pool-worker.ts")}, maxThreads: 2, execArgv: [], ...options }));
  const workerOf = () => carryContext(new Worker(new URL(${file("plain-worker.ts")}), { execArgv: [] }));
  const print = (value) => console.log(JSON.stringify(value));
`;

/** What a program exports, also from its workers, and what it printed. */
async function exported(code: string, environment: NodeJS.ProcessEnv = {}): Promise<Exported> {
  const receiver = await startReceiver({ port: 0 });
  const ended = await program(`${BEFORE}${code}`, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    ...environment,
  });
  await receiver.close();
  return { ...ended, receiver, spans: receiver.store.traces().flatMap(({ spans }) => spans) };
}

const named = (spans: readonly Span[], name: string): readonly Span[] =>
  spans.filter((span) => span.name === name);

/** The names of the spans of a worker, of a process that redacts so. */
async function namesWhere(redact: string): Promise<readonly string[]> {
  const { spans, errors } = await exported(`
    const telemetry = start({ redact: ${redact} });
    const pool = poolOf();
    await pool.run({ name: "of cust-17 by Bearer abc123456" });
    await pool.destroy();
    await telemetry.flush();
  `);
  expect(errors).to.equal("");
  return spans.map(({ name }) => name).filter((name) => name.startsWith("of "));
}

describe("work in a pool of workers", function () {
  this.timeout(60_000);

  it("is in the trace of whoever has sent it, however much there is at once, and nothing is lost", async () => {
    const { spans, output, errors, code, receiver } = await exported(`
      const telemetry = start({ service: "pool" });
      const pool = poolOf({ concurrentTasksPerWorker: 5 });
      const wrong = await gather(Array.from({ length: 30 }, (_, at) => () => tenant.run("t" + at, () =>
        withSpan("caller " + at, async (span) => {
          const answers = await Promise.all(Array.from({ length: 10 }, (_, job) =>
            pool.run({ name: "job of " + at, wait: (at * 7 + job * 3) % 10 })));
          return answers.filter(({ traceId, tenant }) => traceId !== span.spanContext().traceId || tenant !== "t" + at).length;
        }))));
      await pool.destroy();
      const { spans } = await telemetry.flush();
      print({ wrong: wrong.reduce((a, b) => a + b), spans });
    `);
    expect([errors, code]).to.deep.equal(["", 0]);
    const said = JSON.parse(output) as { wrong: number; spans: { made: number; delivered: number } };
    expect(said.wrong).to.equal(0);
    expect([said.spans.made, said.spans.delivered]).to.deep.equal([330, 330]);
    for (let at = 0; at < 30; at++) {
      const [caller] = named(spans, `caller ${at}`);
      const jobs = named(spans, `job of ${at}`);
      expect(jobs).to.have.length(10);
      for (const { parentSpanId, resource } of jobs) {
        expect(parentSpanId).to.equal(caller?.spanId);
        expect(resource["service.name"]).to.equal("pool");
        expect(resource["thread.id"]).to.be.a("number").and.not.to.equal(0);
      }
    }
    const counted = receiver.store.series().filter(({ name }) => name === "worker.jobs");
    expect(counted.reduce((sum, { point }) => sum + Number(point.value), 0)).to.equal(300);
  });

  it("has taken out of it what that process takes out", async () => {
    expect(await namesWhere("{ values: [/cust-\\d+/] }")).to.deep.equal(["of REDACTED by Bearer REDACTED"]);
    expect(await namesWhere("undefined")).to.deep.equal(["of cust-17 by Bearer REDACTED"]);
    expect(await namesWhere("false")).to.deep.equal(["of cust-17 by Bearer abc123456"]);
  });

  it("that throws has its error, in its span, and rejects as it would", async () => {
    const { spans, output } = await exported(`
      start();
      const pool = poolOf();
      await withSpan("caller", () => pool.run({ act: "throw" })).catch(({ message }) => print(message));
      await pool.destroy();
    `);
    expect(output).to.equal('"no job"\n');
    expect(named(spans, "job").map(({ status, parentSpanId }) => [status.code, parentSpanId])).to.deep.equal([
      [2, named(spans, "caller")[0]?.spanId],
    ]);
  });

  it("keeps what piscina knows of a task: moved values, transfer lists, a queue's options, its signal", async () => {
    const { output, errors } = await exported(`
      start();
      const options = [];
      const taskQueue = new (class {
        tasks = [];
        get size() { return this.tasks.length; }
        push(task) { options.push(task[Piscina.queueOptionsSymbol]?.priority); this.tasks.push(task); }
        shift() { return this.tasks.shift() ?? null; }
        remove(task) { this.tasks.splice(this.tasks.indexOf(task), 1); }
      })();
      const pool = poolOf({ taskQueue, maxThreads: 1, minThreads: 1 });
      const moved = new Uint8Array(8);
      const listed = new Uint8Array(16);
      const busy = pool.run({ wait: 100 });
      const one = pool.run({ bytes: listed, [Piscina.queueOptionsSymbol]: { priority: 7 } }, { transferList: [listed.buffer] });
      const two = pool.run(Piscina.move({ bytes: moved, get [Piscina.transferableSymbol]() { return moved.buffer; }, get [Piscina.valueSymbol]() { return { bytes: moved }; } }));
      const aborted = pool.run({ wait: 60000 }, { signal: AbortSignal.timeout(200) }).catch(({ name }) => name);
      print([(await one).bytes, (await two).bytes, moved.byteLength, listed.byteLength, options.includes(7), await aborted]);
      await pool.destroy();
    `);
    expect(errors).to.equal("");
    expect(JSON.parse(output)).to.deep.equal([16, 8, 0, 0, true, "AbortError"]);
  });
});

describe("work in a pool of tinypool's", function () {
  this.timeout(60_000);

  it("is moved as it would be", async () => {
    const { output, errors } = await exported(`
      const { Tinypool } = await import("tinypool");
      start();
      const pool = carryContext(new Tinypool({ filename: ${file("pool-worker.ts")}, execArgv: [] }));
      const bytes = new Uint8Array(8);
      print([(await pool.run(Tinypool.move({
        get [Tinypool.transferableSymbol]() { return bytes.buffer; },
        get [Tinypool.valueSymbol]() { return { bytes }; },
      }))).bytes, bytes.byteLength]);
      await pool.destroy();
    `);
    expect([errors, JSON.parse(output)]).to.deep.equal(["", [8, 0]]);
  });
});

describe("work in a plain worker", function () {
  this.timeout(60_000);

  it("is in the trace of whoever has sent the message", async () => {
    const { spans, output } = await exported(`
      start({ service: "plain" });
      const worker = workerOf();
      await withSpan("caller", async () => {
        const bytes = new Uint8Array(4);
        worker.postMessage({ name: "asked", bytes }, [bytes.buffer]);
        const [answer] = await once(worker, "message");
        print([answer.bytes, bytes.byteLength]);
      });
      await worker.terminate();
    `);
    expect(JSON.parse(output)).to.deep.equal([4, 0]);
    expect(named(spans, "asked")[0]?.parentSpanId).to.equal(named(spans, "caller")[0]?.spanId);
  });

  for (const [act, what] of [
    ["spin", "is terminated in the midst of it"],
    ["exit", "ends itself"],
  ] as const)
    it(`is not lost where the worker ${what}: what it had handed over is kept`, async () => {
      const { spans, code } = await exported(`
        start();
        const worker = workerOf();
        worker.on("error", () => {});
        const exit = once(worker, "exit");
        await withSpan("caller", async () => {
          worker.postMessage({ name: "before" });
          await once(worker, "message");
          worker.postMessage({ name: "last", act: ${JSON.stringify(act)} });
          await new Promise((resolve) => setTimeout(resolve, 300));
        });
        await worker.terminate();
        await exit;
      `);
      expect(code).to.equal(0);
      const [caller] = named(spans, "caller");
      expect(named(spans, "before")[0]?.parentSpanId).to.equal(caller?.spanId);
      // One that spins hands nothing over any more.
      if (act === "exit") expect(named(spans, "last")[0]?.parentSpanId).to.equal(caller?.spanId);
    });
});

describe("telemetry of a worker", function () {
  this.timeout(60_000);

  it("that was made after a task is there after a flush, and at the end", async () => {
    const { spans, output, receiver } = await exported(`
      const telemetry = start();
      const worker = workerOf();
      const background = async () => {
        worker.postMessage({ act: "background" });
        await once(worker, "message");
        await new Promise((resolve) => setTimeout(resolve, 100));
      };
      await background();
      print((await telemetry.flush()).spans.delivered);
      await background();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await telemetry.flush();
      await worker.terminate();
    `);
    expect(JSON.parse(output)).to.equal(2);
    expect(named(spans, "background")).to.have.length(2);
    const value = (name: string): unknown =>
      receiver.store.series().find((series) => series.name === name)?.point.value;
    expect([value("worker.jobs"), value("worker.level")]).to.deep.equal([22, 7]);
  });

  it("is there too where the pool is older than the telemetry, and outlives it", async () => {
    const { spans, output } = await exported(`
      const pool = poolOf({ maxThreads: 1, minThreads: 1 });
      await pool.run({ name: "before" });
      const telemetry = start({ service: "late" });
      await withSpan("caller", () => pool.run({ name: "after" }));
      print((await telemetry.shutdown()).spans.delivered);
      await pool.run({ name: "between" });
      const next = start({ service: "next" });
      await withSpan("again", () => pool.run({ name: "later" }));
      print((await next.flush()).spans.delivered);
      await pool.destroy();
    `);
    expect(output).to.equal("2\n2\n");
    expect(spans.map(({ name }) => name).toSorted()).to.deep.equal(["after", "again", "caller", "later"]);
    expect(named(spans, "later")[0]?.parentSpanId).to.equal(named(spans, "again")[0]?.spanId);
    expect(named(spans, "after")[0]?.resource["service.name"]).to.equal("late");
  });

  it("goes its own way only where the worker says so, and takes nobody with it", async () => {
    const { spans } = await exported(`
      start();
      const own = new Worker(\`
        const { start, withSpan } = require("throughline");
        const telemetry = start({ exporter: "none" });
        withSpan("of its own", () => {});
        telemetry.shutdown().then(() => require("node:worker_threads").parentPort.postMessage("done"));
      \`, { eval: true, execArgv: [] });
      await once(own, "message");
      const pool = poolOf();
      await withSpan("caller", () => pool.run({ name: "of all others" }));
      await pool.destroy();
    `);
    expect(spans.map(({ name }) => name).toSorted()).to.deep.equal(["caller", "of all others"]);
  });

  it("keeps nothing of the tasks that are over, though the worker's event loop has no turn between them", async () => {
    const { output, errors } = await exported(`
      start();
      const pool = poolOf({ minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: 1 });
      const heap = async () => {
        for (let round = 0; round < 25; round++)
          await Promise.all(Array.from({ length: 200 }, () => pool.run({ act: "hold" })));
        return pool.run({ act: "heap" });
      };
      await heap();
      const [before, after] = [await heap(), await heap()];
      print(after.heap - before.heap);
      await pool.destroy();
    `);
    expect(errors).to.equal("");
    expect(Number(output)).to.be.lessThan(4 * 1024 * 1024);
  });

  it("is heard though a listener of the host's fails at it, and asked of no port that is closing", async () => {
    const { spans, errors, code } = await exported(`
      import { createHook } from "node:async_hooks";
      process.on("workerMessage", (message) => message.type.toUpperCase());
      const telemetry = start();
      const ports = new Set();
      createHook({
        init: (id, type) => void (type === "MESSAGEPORT" && ports.add(id)),
        before: (id) => void (ports.has(id) && telemetry.flush()),
      }).enable();
      const pool = poolOf();
      await withSpan("caller", () => pool.run({ name: "heard" }));
      await pool.destroy();
    `);
    expect([errors, code]).to.deep.equal(["", 0]);
    expect(named(spans, "heard")).to.have.length(1);
  });

  it("survives a hello that is none", async () => {
    const { errors, code, output } = await exported(`
      const telemetry = start();
      for (const hello of [5, { port: 5 }, { port: {}, onTheWay: new Int32Array(1) }])
        process.emit("workerMessage", { "throughline.1.hello": hello }, 1);
      await telemetry.flush();
      print((await telemetry.shutdown()).spans.made);
    `);
    expect([errors, code, output]).to.deep.equal(["", 0, "0\n"]);
  });

  it("holds no flush up where the worker is busy", async () => {
    const { output } = await exported(`
      const telemetry = start();
      const worker = workerOf();
      worker.on("error", () => {});
      worker.postMessage({ name: "stuck", act: "spin" });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const began = performance.now();
      await telemetry.flush();
      print(performance.now() - began < 2_500);
      await worker.terminate();
    `);
    expect(output).to.equal("true\n");
  });

  it("is drawn with that of the thread that has sent the work", async () => {
    const { output } = await exported(
      `
      start({ service: "drawn", exporter: "console" });
      const pool = poolOf();
      await withSpan("caller", () => pool.run({ name: "in the worker" }));
      await pool.destroy();
    `,
      { NO_COLOR: "1" },
    );
    expect(output).to.match(/caller .*\n.*in the worker/);
  });

  it("goes to whatever exporter there is, as readable spans", async () => {
    const { output, errors } = await exported(`
      const seen = [];
      const exporter = { export: (spans, done) => { seen.push(...spans); done({ code: 0 }); }, shutdown: async () => {} };
      const telemetry = start({ service: "own", exporter });
      const pool = poolOf();
      await withSpan("caller", () => pool.run({ name: "job" }));
      await telemetry.flush();
      const [caller, job] = ["caller", "job"].map((name) => seen.find((span) => span.name === name));
      print([job.parentSpanContext.spanId === caller.spanContext().spanId, job.parentSpanContext.isRemote,
        job.spanContext().traceId === caller.spanContext().traceId, job.resource.attributes["service.name"],
        job.ended, job.kind, job.startTime[0] > 1e9, job.instrumentationScope.name]);
      await pool.destroy();
    `);
    expect(errors).to.equal("");
    expect(JSON.parse(output)).to.deep.equal([true, true, true, "own", true, 0, true, "throughline"]);
  });

  it("is nowhere where there is to be none, or nobody has called start()", async () => {
    const none = await exported(`
      start({ exporter: "none" });
      const pool = poolOf();
      await withSpan("caller", () => pool.run({}));
      await pool.destroy();
    `);
    const silent = await exported(`
      const pool = poolOf();
      print((await pool.run({})).traceId);
      await pool.destroy();
    `);
    expect([none.spans.length, none.errors]).to.deep.equal([0, ""]);
    expect([silent.spans.length, silent.errors]).to.deep.equal([0, ""]);
    expect(JSON.parse(silent.output)).to.match(/^0+$/);
  });
});
