import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

const QUIET = { OTEL_METRICS_EXPORTER: "none" };

async function told(code: string, environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { output, errors, code: exit } = await program(code, { ...QUIET, ...environment });
  expect(exit, errors).to.equal(0);
  return JSON.parse(output) as unknown;
}

const REQUESTS: Record<string, string> = {
  fetch: "const send = async () => { await (await fetch(process.env.SOMEWHERE)).text(); };",
  "node:http": `const send = () => new Promise((resolve, reject) => {
    get(process.env.SOMEWHERE, (answer) => answer.resume().on("end", resolve)).on("error", reject);
  });`,
};

describe("what telemetry does of its own accord", function () {
  this.timeout(20_000);

  for (const [how, send] of Object.entries(REQUESTS)) {
    it(`is not traced: requests of exporters and processors over ${how}`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const lines = await told(
        `
        import { get } from "node:http";
        import { start, withSpan } from "throughline";
        ${send}
        const [started, sent] = [[], []];
        const sending = (what) => async () => { sent.push(what); await send(); };
        const telemetry = start({
          exporter: {
            export: (spans, done) => void sending("export")().then(() => done({ code: 0 })),
            forceFlush: sending("flush of the exporter"),
            shutdown: sending("end of the exporter"),
          },
          processors: [{
            onStart: ({ name }) => started.push(name),
            onEnd() {},
            forceFlush: sending("flush of the processor"),
            shutdown: sending("end of the processor"),
          }],
        });
        withSpan("before", () => {});
        await withSpan("flushes", () => telemetry.flush());
        await withSpan("sends", send);
        await withSpan("shuts down", () => telemetry.shutdown());
        console.log(JSON.stringify([started, sent]));
      `,
        { SOMEWHERE: receiver.endpoint },
      );
      await receiver.close();
      expect(lines).to.deep.equal([
        ["before", "flushes", "sends", "GET", "shuts down"],
        [
          "flush of the processor",
          "export",
          "flush of the exporter",
          "end of the processor",
          "export",
          "end of the exporter",
        ],
      ]);
    });
  }

  it("is not traced: requests of another SDK's tracer provider as it flushes", async () => {
    const receiver = await startReceiver({ port: 0 });
    const names = await told(
      `
      import * as sdk from "@opentelemetry/sdk-trace-node";
      import { start, withSpan } from "throughline";
      const memory = new sdk.InMemorySpanExporter();
      const sender = { onStart() {}, onEnd() {}, async forceFlush() { await fetch(process.env.SOMEWHERE); }, async shutdown() {} };
      const tracerProvider = new sdk.NodeTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(memory), sender] });
      const telemetry = start({ tracerProvider });
      await withSpan("flushes", () => telemetry.flush());
      console.log(JSON.stringify(memory.getFinishedSpans().map(({ name }) => name)));
      await telemetry.shutdown();
    `,
      { SOMEWHERE: receiver.endpoint },
    );
    await receiver.close();
    expect(names).to.deep.equal(["flushes"]);
  });

  it("belongs to no store of the host's own, whoever was the first to start it, to end a span or to flush", async () => {
    const seen = await told(`
      import { AsyncLocalStorage, createHook } from "node:async_hooks";
      import { start, startSpan } from "throughline";
      const requests = new AsyncLocalStorage();
      const seen = { timers: [] };
      const look = (what) => (seen[what] ??= []).push(requests.getStore() ?? "nothing");
      let telemetry;
      const hook = createHook({ init: (id, type) => { if (type === "Timeout") look("timers"); } }).enable();
      requests.run("ann's request", () => {
        telemetry = start({
          exporter: {
            export: (spans, done) => { look("export"); setTimeout(() => { look("answer"); done({ code: 0 }); }); },
            forceFlush: async () => look("flush of the exporter"),
            shutdown: async () => look("end of the exporter"),
          },
          processors: [{
            onStart() {},
            onEnd() {},
            forceFlush: async () => look("flush of the processor"),
            shutdown: async () => look("end of the processor"),
          }],
        });
      });
      requests.run("bob's request", () => { for (let each = 0; each < 512; each++) startSpan("span").end(); });
      hook.disable();
      await requests.run("eve's request", () => telemetry.flush());
      requests.run("joe's request", () => startSpan("span").end());
      await requests.run("joe's request", () => telemetry.shutdown());
      seen.timers = [seen.timers.length > 0, ...new Set(seen.timers)];
      console.log(JSON.stringify(seen));
    `);
    expect(seen).to.deep.equal({
      timers: [true, "nothing"],
      export: ["nothing", "nothing"],
      answer: ["nothing", "nothing"],
      "flush of the processor": ["nothing"],
      "flush of the exporter": ["nothing"],
      "end of the processor": ["nothing"],
      "end of the exporter": ["nothing"],
    });
  });

  it("does not keep the request that was the first to start it", async () => {
    const isKept = await told(`
      import { AsyncLocalStorage } from "node:async_hooks";
      import { setImmediate } from "node:timers/promises";
      import { setFlagsFromString } from "node:v8";
      import { runInNewContext } from "node:vm";
      import { start, withSpan } from "throughline";
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc");
      const exporter = { export: (spans, done) => done({ code: 0 }), shutdown: async () => {} };
      const requests = new AsyncLocalStorage();
      const begin = () => {
        const request = { user: "ann" };
        requests.run(request, () => { start({ exporter }); withSpan("first", () => {}); });
        return new WeakRef(request);
      };
      const request = begin();
      for (let round = 0; round < 20; round++) { await setImmediate(); collect(); }
      console.log(request.deref() !== undefined);
    `);
    expect(isKept).to.equal(false);
  });
});
