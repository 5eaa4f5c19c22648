import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

const OFFICIAL = `
  import * as api from "@opentelemetry/api";
  import * as sdk from "@opentelemetry/sdk-trace-node";
  import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
  import { ContextVariable, gather, scope, start, startSpan, withSpan, parentBased, traceIdRatioBased } from "throughline";
  import { createServer } from "node:http";
  const memory = new sdk.InMemorySpanExporter();
  const tell = (...values) => console.log(JSON.stringify(values));
  const tree = () => memory.getFinishedSpans().map((span) =>
    span.name + " < " + (memory.getFinishedSpans().find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId)?.name ?? "-"));
`;

/** Runs a program that tells lines of JSON, and expects nothing on stderr unless it is asked for. */
async function told(
  code: string,
  stderr: string | RegExp = "",
  environment: NodeJS.ProcessEnv = {},
): Promise<unknown[]> {
  const { output, errors, code: exit } = await program(OFFICIAL + code, environment);
  if (typeof stderr === "string") expect(errors).to.equal(stderr);
  else expect(errors).to.match(stderr);
  expect(exit).to.equal(0);
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

describe("start()", function () {
  this.timeout(20_000);

  it("gives spans to an exporter of the official SDK, all fields in place", async () => {
    const lines = await told(
      `
      const telemetry = start({ service: "shop", exporter: memory });
      withSpan("outer", { attributes: { a: 1 } }, (span) => { span.addEvent("event", { b: 2 }); withSpan("inner", () => {}); });
      const { spans } = await telemetry.flush();
      const [inner, outer] = memory.getFinishedSpans();
      tell(tree(), outer.attributes, outer.events[0].attributes, outer.resource.attributes["service.name"], outer.instrumentationScope.name);
      tell(spans.made, spans.delivered, spans.pending);
    `,
      "",
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(lines).to.deep.equal([
      [["inner < outer", "outer < -"], { a: 1 }, { b: 2 }, "shop", "throughline"],
      [2, 2, 0],
    ]);
  });

  it("counts what such an exporter fails to send, and goes on", async () => {
    const lines = await told(
      `
      let calls = 0;
      const exporter = {
        export: (spans, done) => { calls++; if (calls === 1) throw new Error("down"); done({ code: calls === 2 ? 1 : 0 }); },
        shutdown: async () => { throw new Error("never mind"); },
      };
      const telemetry = start({ exporter });
      for (let each = 0; each < 3; each++) { withSpan("span", () => {}); await telemetry.flush(); }
      const { spans } = await telemetry.shutdown();
      tell(spans.made, spans.delivered, spans.dropped.exporter_failed);
    `,
      /the span exporter failed \(Error: down\)/,
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(lines).to.deep.equal([[3, 1, 2]]);
  });

  it("asks a sampler, and lets processors see and change spans before they are exported", async () => {
    const receiver = await startReceiver({ port: 0 });
    const lines = await told(
      `
      const redact = {
        onStart: (span) => { span.setAttribute("started", true); },
        onEnd: (span) => { if (span.attributes.owner) span.attributes.owner = "***"; },
        forceFlush: async () => {}, shutdown: async () => tell("closed"),
      };
      const telemetry = start({
        service: "shop",
        processors: [redact, new sdk.BatchSpanProcessor(memory)],
        sampler: parentBased({ root: { shouldSample: (_, __, name) => ({ decision: name === "health" ? 0 : 2 }), toString: () => "by name" } }),
        limits: { attributeCountLimit: 2 },
      });
      withSpan("health", () => withSpan("inner", () => {}));
      withSpan("charge", { attributes: { owner: "4711", more: 1, most: 2 } }, () => {});
      await telemetry.shutdown();
      tell(telemetry.report().spans.delivered);
    `,
      /over its limits/,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    );
    const spans = receiver.store.traces().flatMap((trace) => trace.spans);
    await receiver.close();
    expect(lines).to.deep.equal([["closed"], [1]]);
    expect(
      spans.map(({ name, attributes, droppedAttributesCount }) => [
        name,
        { ...attributes },
        droppedAttributesCount,
      ]),
    ).to.deep.equal([["charge", { owner: "***", more: 1 }, 2]]);
  });

  it("takes a tracer provider and a context manager of the official SDK, and nests with them", async () => {
    const lines = await told(
      `
      const provider = new sdk.NodeTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(memory)] });
      const telemetry = start({ tracerProvider: provider, contextManager: new AsyncLocalStorageContextManager() });
      const user = new ContextVariable("user");
      const theirs = api.trace.getTracer("theirs");
      await withSpan("ours", async (span) => {
        tell(span.constructor.name, api.trace.getActiveSpan() === span);
        user.set("ann");
        await new Promise((resolve) => setTimeout(resolve, 1));
        await theirs.startActiveSpan("theirs", async (inner) => {
          await null;
          withSpan("ours again", () => tell(user.get()));
          inner.end();
        });
        const byHand = startSpan("by hand");
        byHand.run(() => api.trace.getTracer("x").startSpan("theirs within").end());
        byHand[Symbol.dispose]();
      });
      tell(tree());
      tell(await gather([1, 2, 3].map((own) => async () => { user.set(own); await null; return user.get(); })));
      const key = api.createContextKey("key");
      api.context.with(api.context.active().setValue(key, 1), () => scope(() => { user.set("bob"); tell(user.get(), api.context.active().getValue(key)); }));
      api.context.with(api.ROOT_CONTEXT.setValue(key, 2), () => tell(user.tryGet() ?? null, withSpan("x", () => api.context.active().getValue(key))));
      await telemetry.shutdown();
    `,
      /requests that node:http receives are not traced/,
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(lines).to.deep.equal([
      ["SpanImpl", true],
      ["ann"],
      [["ours again < theirs", "theirs < ours", "theirs within < by hand", "by hand < ours", "ours < -"]],
      [[1, 2, 3]],
      ["bob", 1],
      [null, 2],
    ]);
  });

  for (const [what, generator] of Object.entries({
    "is async and rejects":
      "{ async generateTraceId() { throw new Error('down'); }, async generateSpanId() { throw new Error('down'); } }",
    "throws where it says whether it is random":
      "{ generateTraceId: () => '', generateSpanId: () => '', get isRandom() { throw new Error('down'); } }",
  })) {
    it(`makes random ids in the place of an id generator that ${what}`, async () => {
      const lines = await told(
        `
        const telemetry = start({ exporter: memory, idGenerator: ${generator} });
        const { traceId, spanId } = withSpan("span", (span) => span.spanContext());
        const { spans, troubles } = await telemetry.flush();
        tell(/^(?!0+$)[\\da-f]{32}$/.test(traceId), /^(?!0+$)[\\da-f]{16}$/.test(spanId), spans.delivered, Object.keys(troubles));
      `,
        /an id generator/,
        { OTEL_METRICS_EXPORTER: "none" },
      );
      expect(lines).to.deep.equal([[true, true, 1, ["plugin_failed"]]]);
    });
  }

  it("keeps the rejections of parts that are async where none may be from the host", async () => {
    const lines = await told(
      `
      const down = async () => { throw new Error("down"); };
      const telemetry = start({ exporter: memory, http: { ignore: down }, propagators: { inject: down, extract: down, fields: () => [] } });
      const server = createServer((request, response) => response.end("ok")).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.on("listening", resolve));
      const answer = await (await fetch("http://127.0.0.1:" + server.address().port)).text();
      server.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { spans, troubles } = await telemetry.flush();
      tell(answer, spans.delivered, "plugin_failed" in troubles);
    `,
      /throughline: /,
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(lines).to.deep.equal([["ok", 2, true]]);
  });

  it("keeps the rejections of providers that are async where none may be from the host", async () => {
    const { output, code } = await program(`
      import { counter, createTelemetry, withSpan, withTelemetry } from "throughline";
      const down = async () => { throw new Error("down"); };
      const telemetry = createTelemetry({ exporter: "none", meterProvider: { getMeter: down }, tracerProvider: { getTracer: down } });
      const told = withTelemetry(telemetry, () => { counter("c").add(1); return withSpan("span", () => "host"); });
      setTimeout(() => console.log(told, "lives"), 50);
    `);
    expect([output, code]).to.deep.equal(["host lives\n", 0]);
  });

  it("reports parts that are none, and starts without them", async () => {
    const { output, errors, code } = await program(
      `
      import { start, withSpan } from "throughline";
      const telemetry = start({ exporter: {}, sampler: "all", processors: [null, {}, 5], limits: { attributeCountLimit: -1, colour: 3 }, idGenerator: null, tracerProvider: 5, contextManager: {} });
      console.log(withSpan("span", () => telemetry.report().spans.made));
      process.exit(0);
    `,
    );
    expect([output, code]).to.deep.equal(["0\n", 0]);
    // The last line is of the span, which nobody had the time to send.
    expect(errors.trim().split("\n")).to.have.lengthOf(11);
    expect(errors).to.match(/processors\[1\] is an object without onStart, onEnd, forceFlush, shutdown/);
  });
});

describe("throughline/api", function () {
  this.timeout(20_000);

  it("follows whatever SDK the application has, ours or another, and is silent without one", async () => {
    const library = `
      import { instrumentation } from "throughline/api";
      const acme = instrumentation("acme", "1.2.0");
      const silent = acme.withSpan("silent", (span) => span.isRecording());
    `;
    const official = await told(`${library}
      new sdk.NodeTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(memory)] }).register();
      const user = new ContextVariable("user");
      api.trace.getTracer("app").startActiveSpan("app", (span) => {
        acme.withSpan("acme", () => { user.set(1); acme.traced("deep", () => api.trace.getTracer("app").startSpan("below").end())(); });
        span.end();
      });
      tell(silent, tree(), memory.getFinishedSpans().map((span) => span.instrumentationScope.name + span.instrumentationScope.version));
    `);
    expect(official).to.deep.equal([
      [
        false,
        ["below < deep", "deep < acme", "acme < app", "app < -"],
        ["appundefined", "acme1.2.0", "acme1.2.0", "appundefined"],
      ],
    ]);
    const ours = await told(
      `${library}
      const telemetry = start({ exporter: memory });
      withSpan("app", () => acme.withSpan("acme", () => {}));
      await telemetry.flush();
      tell(tree());`,
      "",
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(ours).to.deep.equal([[["acme < app", "app < -"]]]);
  });

  it("loads no SDK, exporter or codec", async () => {
    const { output } = await program(`
      import { registerHooks } from "node:module";
      const sources = [];
      registerHooks({
        load: (url, context, next) => {
          const loaded = next(url, context);
          if (!/@opentelemetry.api/.test(url)) sources.push(url + String(loaded.source));
          return loaded;
        },
      });
      const has = (text) => sources.some((source) => source.includes(text));
      const PARTS = ["createTelemetry", "RecordBatchEncoder", "DeliveryQueue", "W3C_PROPAGATOR", "sdk-metrics"];
      await import("throughline/api");
      const light = [has("withSpan"), ...PARTS.map(has)];
      await import("throughline");
      console.log(JSON.stringify([light, PARTS.map(has)]));
    `);
    expect(JSON.parse(output)).to.deep.equal([
      [true, false, false, false, false, false],
      [true, true, true, true, true],
    ]);
  });
});
