import { expect } from "chai";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { startReceiver } from "../../src/devtools.ts";
import { slowCollector } from "./slow-collector.ts";
import { program, spawned } from "./spawned.ts";

const NOBODY = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
const WORK = `
  import { start, withSpan, counter } from "throughline";
  const telemetry = start();
  withSpan("work", () => counter("work.done").add(1));
`;

const UNSENT =
  /^throughline: the process ends with spans that were not sent, 1 of them(, and with measurements that were not collected)?: .*await telemetry.shutdown\(\)\n/;

describe("a program that gives no time at its end", () => {
  for (const [how, end, code] of [
    ["process.exit()", "process.exit(7);", 7],
    ["an uncaught error", "throw new Error('on purpose');", 1],
  ] as const)
    it(`hears what is lost with it, and ends as it would: ${how}`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const ended = await program(WORK + end, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
      await receiver.close();
      expect(ended.code).to.equal(code);
      expect(ended.errors.slice(ended.errors.indexOf("throughline:"))).to.match(UNSENT);
    });

  it("hears what was measured and not collected, and nothing where that goes nowhere", async () => {
    const measure = `
      import { start, counter } from "throughline";
      counter("before").add(1);
      const telemetry = start({ exporter: process.argv[1] });
      if (process.argv[2]) counter("work.done").add(1);
      await telemetry.flush();
      if (process.argv[3]) counter("work.done").add(1);
      process.exit(0);
    `;
    const told = async (...args: string[]): Promise<string> =>
      (await spawned(["--input-type=module", "-e", measure, ...args], NOBODY)).errors;
    expect(await told("console", "measure", "again")).to.match(
      /^throughline: the process ends with measurements that were not collected: /,
    );
    expect(await told("console", "measure")).to.equal("");
    expect(await told("none", "measure", "again")).to.equal("");
  });

  it("hears of what its own telemetry has not collected, whatever another has, and of what a tenant leaves", async () => {
    const measure = `
      import { counter, createTelemetry, start, withSpan, withTelemetry } from "throughline";
      start({ exporter: "console" });
      const tenant = createTelemetry({ exporter: "none" });
      if (process.argv[1] === "own") {
        counter("work.done").add(1);
        await tenant.flush();
      }
      if (process.argv[1] === "silent") {
        withTelemetry(tenant, () => counter("work.done").add(1));
        counter("a bad name").add(1);
      }
      if (process.argv[1] === "tenant") withTelemetry(createTelemetry({}), () => withSpan("lost", () => {}));
      if (process.argv[1] === "ended") {
        const ended = createTelemetry({ exporter: "console" });
        withTelemetry(ended, () => counter("work.done").add(1));
        await ended.shutdown();
      }
      process.exit(0);
    `;
    const told = async (what: string): Promise<string> =>
      (await spawned(["--input-type=module", "-e", measure, what], NOBODY)).errors;
    expect(await told("own")).to.match(/measurements that were not collected/);
    expect(await told("tenant")).to.match(/spans that were not sent, 1 of them.*createTelemetry\(\)/);
    expect(await told("ended")).to.equal("");
    expect(await told("silent")).to.not.include("not collected");
  });

  it("hears it also where a collector was not there for a while", async () => {
    let requests = 0;
    const collector = createHttpServer((request, response) => {
      request.resume().on("end", () => response.writeHead(requests++ === 0 ? 503 : 200).end());
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const { port } = collector.address() as AddressInfo;
    const { errors } = await program(
      `import { start, withSpan } from "throughline";
       const telemetry = start();
       withSpan("first", () => {});
       const { spans } = await telemetry.flush();
       withSpan("second", () => {});
       process.exit(spans.delivered);`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_METRICS_EXPORTER: "none" },
    );
    collector.close();
    expect(errors.slice(errors.lastIndexOf("throughline:"))).to.match(UNSENT);
  });

  it("hears nothing where all is sent", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { errors } = await program(`${WORK} await telemetry.shutdown(); process.exit(7);`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    await receiver.close();
    expect([errors, receiver.store.spans]).to.deep.equal(["", 1]);
  });
});

describe("a program that comes to its natural end", function () {
  this.timeout(20_000);

  it("has delivered everything, without a line of code for it", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { code, errors } = await program(WORK, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: "shop",
    });
    const spans = receiver.store.traces().flatMap((trace) => trace.spans);
    const metrics = receiver.store.series().map(({ name }) => name);
    await receiver.close();
    expect({ code, errors }).to.deep.equal({ code: 0, errors: "" });
    expect(spans.map(({ name, resource }) => [resource["service.name"], name])).to.deep.equal([
      ["shop", "work"],
    ]);
    expect(metrics).to.deep.equal(["work.done"]);
  });

  it("has delivered many batches, though the collector takes its time over each request", async () => {
    const collector = await slowCollector(300);
    const { errors } = await program(
      `import { start, withSpan } from "throughline";
       start({ endpoint: "${collector.endpoint}" });
       for (let each = 0; each < 30_000; each++) withSpan("work", { attributes: { filler: "x".repeat(300) } }, () => {});`,
    );
    collector.close();
    expect(errors).to.equal("");
    expect(collector.taken).to.have.lengthOf(30_000);
  });

  it("has delivered everything beside parts of others that hang", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { code, errors } = await program(
      `import { metrics } from "@opentelemetry/api";
       import { counter, start, withSpan } from "throughline";
       const never = () => new Promise(() => {});
       const processor = { onStart() {}, onEnd() {}, forceFlush: never, shutdown: never };
       start({ endpoint: "${receiver.endpoint}", processors: [processor], exit: { budget: 4_000 } });
       metrics.getMeter("m").createObservableGauge("never ready").addCallback(never);
       withSpan("work", () => counter("work.done").add(1));`,
    );
    const metrics = receiver.store.series().map(({ name }) => name);
    await receiver.close();
    expect([code, receiver.store.spans, metrics]).to.deep.equal([0, 1, ["work.done"]]);
    expect(errors.trim().split("\n")).to.have.length(2);
    expect(errors).to.match(/^throughline: a collection was kept waiting in vain by "never ready"/m);
    expect(errors).to.match(/^throughline: another SDK's part did not flush/m);
  });

  it("keeps its exit code", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { code } = await program(`${WORK} process.exitCode = 7;`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    expect(receiver.store.spans).to.equal(1);
    await receiver.close();
    expect(code).to.equal(7);
  });

  it("hears of a missing collector once, in one line that names the viewer, and is not held up", async () => {
    const began = performance.now();
    const { code, errors } = await program(
      `${WORK} for (let i = 0; i < 1000; i++) withSpan("more", () => {});`,
      NOBODY,
    );
    expect(errors.trim().split("\n")).to.have.length(1);
    expect(errors).to.include("http://127.0.0.1:9").and.include("npx throughline view");
    expect(code).to.equal(0);
    // The budget of a flush is 5 s; without a listener there is nothing to wait for.
    expect(performance.now() - began).to.be.below(4500);
  });

  it("is given the exact account, also of what nobody took", async () => {
    const { output } = await program(
      `${WORK} const { spans } = await telemetry.shutdown(); withSpan("after", () => {}); console.log(JSON.stringify([spans, telemetry.report().spans.made]));`,
      NOBODY,
    );
    const dropped = { encoding: 0, exporter_failed: 0, queue_full: 0, shutdown: 1, too_large: 0 };
    expect(JSON.parse(output)).to.deep.equal([
      { made: 1, delivered: 0, rejected: 0, dropped, pending: 0 },
      1,
    ]);
  });

  it("ends, even if it makes a span each time it is asked whether it has more to do", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { code } = await program(`${WORK} process.on("beforeExit", () => withSpan("bye", () => {}));`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    const { spans } = receiver.store;
    await receiver.close();
    expect(code).to.equal(0);
    expect(spans).to.be.within(2, 5);
  });

  it("has delivered what was measured by work that it began at its end", async () => {
    const receiver = await startReceiver({ port: 0 });
    await program(`${WORK} process.once("beforeExit", () => setTimeout(() => counter("late").add(1), 20));`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    const metrics = receiver.store.series().map(({ name }) => name);
    await receiver.close();
    expect(metrics).to.have.members(["work.done", "late"]);
  });

  it("keeps its own ways with a reader that has gone", async () => {
    const { output } = await program(
      `import { start, withSpan } from "throughline";
       for (let round = 0; round < 8; round++) {
         const telemetry = start({ exporter: "console" });
         withSpan("work", () => {});
         await telemetry.shutdown();
       }
       await new Promise((resolve) => setTimeout(resolve, 20));
       console.log("listeners", process.stdout.listenerCount("error"));`,
    );
    expect(output).to.match(/listeners 0\n$/);
  });

  it("has its account closed after a shutdown: what ends later is dropped and counted", async () => {
    const { output } = await program(
      `import { trace } from "@opentelemetry/api";
       import { start } from "throughline";
       const telemetry = start();
       const span = trace.getTracer("t").startSpan("late");
       await telemetry.shutdown();
       span.end();
       console.log(JSON.stringify(telemetry.report().spans));`,
      NOBODY,
    );
    expect(JSON.parse(output)).to.deep.include({
      made: 1,
      dropped: { encoding: 0, exporter_failed: 0, queue_full: 0, shutdown: 1, too_large: 0 },
      pending: 0,
    });
  });

  it("is not held up by an observable that never answers", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { output } = await program(
      `import { metrics } from "@opentelemetry/api";
       import { start } from "throughline";
       const telemetry = start();
       metrics.getMeter("m").createObservableGauge("g").addCallback(() => new Promise(() => {}));
       const began = performance.now();
       await telemetry.flush({ timeout: 100 });
       await telemetry.shutdown({ timeout: 100 });
       console.log(performance.now() - began < 2000);
       process.exit();`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    );
    await receiver.close();
    expect(output).to.equal("true\n");
  });

  it("hears of a collector that takes connections and never answers, and ends within the budget", async () => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const began = performance.now();
    const { code, errors } = await program(WORK, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    const took = performance.now() - began;
    server.close();
    expect(errors).to.include("it has not answered in time");
    expect(code).to.equal(0);
    // The budget of a flush is 5 s, and half a second more for the process to begin and to end.
    expect(took).to.be.within(4500, 7500);
  });

  it("with the console exporter shows its traces and metrics and sends nothing", async () => {
    const { code, output, errors } = await program(
      WORK.replace("start()", `start({ service: "shop", exporter: "console" })`),
      NOBODY,
    );
    expect(output)
      .to.match(/shop +work /)
      .and.match(/work\.done +.*1/);
    expect({ code, errors }).to.deep.equal({ code: 0, errors: "" });
  });

  it("with OTEL_TRACES_EXPORTER=none makes traces for others but sends no spans", async () => {
    const receiver = await startReceiver({ port: 0 });
    const code = `${WORK} withSpan("outer", (span) => console.log(span.isRecording()));`;
    const { output } = await program(code, {
      OTEL_TRACES_EXPORTER: "none",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    expect(receiver.store.spans).to.equal(0);
    await receiver.close();
    expect(output).to.equal("true\n");
  });
});

describe("start()", function () {
  this.timeout(20_000);

  it("serves code that was written against the OpenTelemetry API alone", async () => {
    const receiver = await startReceiver({ port: 0 });
    await program(
      `import { trace, metrics } from "@opentelemetry/api";
       const early = trace.getTracer("library", "1.0");
       const { start, withSpan } = await import("throughline");
       start();
       withSpan("ours", () => early.startActiveSpan("theirs", (span) => { withSpan("inner", () => {}); span.end(); }));
       metrics.getMeter("library").createCounter("theirs.count").add(2);`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    );
    const spans = receiver.store.traces().flatMap((trace) => trace.spans);
    const parents = spans.map(({ name, parentSpanId }) => [
      name,
      spans.find(({ spanId }) => spanId === parentSpanId)?.name,
    ]);
    const scopes = spans.map(({ scope }) => scope.name);
    await receiver.close();
    expect(parents).to.have.deep.members([
      ["inner", "theirs"],
      ["theirs", "ours"],
      ["ours", undefined],
    ]);
    expect(scopes).to.have.members(["throughline", "library", "throughline"]);
    expect(receiver.store.series().map(({ name }) => name)).to.deep.equal(["theirs.count"]);
  });

  it("joins the one that runs, warns of other options, and begins anew after a shutdown", async () => {
    const { output, errors } = await program(
      `import { start, withSpan } from "throughline";
       const first = start({ service: "a", exporter: "none" });
       const joined = start();
       await joined[Symbol.asyncDispose]();
       const running = withSpan("still", (span) => span.isRecording());
       start({ service: "b" });
       await first.shutdown();
       const stopped = withSpan("stopped", (span) => span.isRecording());
       start({ exporter: "none" });
       console.log(running, stopped, withSpan("again", (span) => span.isRecording()));`,
    );
    expect(output).to.equal("true false true\n");
    expect(errors.trim().split("\n")).to.have.length(1);
    expect(errors).to.include("start() was called again with other options");
  });

  it("never throws, whatever it is given", async () => {
    const { code, output } = await program(
      `import { start } from "throughline";
       const throwing = { get service() { throw new Error("no"); } };
       for (const options of [null, 5, "x", [], throwing, { exporter: "none", headers: { get a() { throw 1; } } }, { endpoint: Symbol("x") }, new Proxy({}, { get() { throw 1; } })]) {
         const telemetry = start(options);
         await telemetry.shutdown({ timeout: "soon" });
         await telemetry.flush(null);
         await telemetry.flush({ get timeout() { throw new Error("no"); } });
         telemetry.report();
       }
       console.log("survived");`,
      NOBODY,
    );
    expect(output).to.equal("survived\n");
    expect(code).to.equal(0);
  });

  it("does not trace a receiver in its own process", async () => {
    const ended = await program(
      `import { start, withSpan } from "throughline";
       import { startReceiver } from "throughline/devtools";
       const receiver = await startReceiver({ port: 0 });
       const telemetry = start({ endpoint: receiver.endpoint });
       withSpan("work", () => {});
       await telemetry.flush();
       const { spans } = await telemetry.shutdown();
       await receiver.close();
       console.log(spans.made, receiver.store.spans);`,
    );
    expect(ended).to.deep.include({ output: "1 1\n", errors: "", code: 0 });
  });

  it("says so once when another SDK owns the API, and goes on beside it", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { errors, output } = await program(
      `import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
       new NodeTracerProvider().register();
       const { start, withSpan } = await import("throughline");
       const telemetry = start();
       withSpan("ours", () => {});
       console.log((await telemetry.flush()).spans.delivered);`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    );
    await receiver.close();
    expect(errors.trim().split("\n")).to.have.length(1);
    expect(errors).to.include(
      "another library has registered its context manager, tracer provider, propagator",
    );
    expect(output).to.equal("1\n");
  });
});

describe("node --import throughline/register", function () {
  this.timeout(20_000);

  for (const [kind, code] of [
    ["an ES module", `import { createServer } from "node:http"; await null; SERVE`],
    ["CommonJS", `const { createServer } = require("node:http"); SERVE`],
  ] as const) {
    it(`traces ${kind} that knows nothing of it`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const serve = `const server = createServer((q, r) => r.end("ok")).listen(0, "127.0.0.1", async () => {
        await (await fetch("http://127.0.0.1:" + server.address().port)).text();
        server.close(); server.closeAllConnections();
      });`;
      const type = kind === "CommonJS" ? "commonjs" : "module";
      const { code: exit } = await spawned(
        ["--import", "throughline/register", `--input-type=${type}`, "-e", code.replace("SERVE", serve)],
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        },
      );
      const traces = receiver.store.traces();
      await receiver.close();
      expect(exit).to.equal(0);
      expect(traces.map(({ spans }) => spans.map(({ kind: number }) => number).toSorted())).to.deep.equal([
        [2, 3],
      ]);
    });
  }
});
