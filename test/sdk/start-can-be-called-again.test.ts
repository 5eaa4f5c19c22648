import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

const SET_UP = `
  import * as api from "@opentelemetry/api";
  import * as sdk from "@opentelemetry/sdk-trace-node";
  import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
  import { activeSpan, alwaysOff, alwaysOn, parentBased, start, traceIdRatioBased, withSpan } from "throughline";
  const memory = new sdk.InMemorySpanExporter();
  const tell = (...values) => console.log(JSON.stringify(values));
  const tree = () => memory.getFinishedSpans().map((span) =>
    span.name + " < " + (memory.getFinishedSpans().find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId)?.name ?? "-"));
  const disable = () => { api.trace.disable(); api.context.disable(); api.metrics.disable(); api.propagation.disable(); };
`;

async function told(code: string, environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const {
    output,
    errors,
    code: exit,
  } = await program(SET_UP + code, {
    OTEL_METRICS_EXPORTER: "none",
    ...environment,
  });
  expect(exit, errors).to.equal(0);
  return JSON.parse(output) as unknown;
}

describe("a start() after what was registered with the API has been disabled", function () {
  this.timeout(20_000);

  it("registers anew: spans, contexts, metrics and propagation of the API work", async () => {
    const receiver = await startReceiver({ port: 0 });
    const seen = await told(
      `
      await start().shutdown();
      disable();
      const telemetry = start({ exporter: memory });
      const key = api.createContextKey("key");
      const carrier = {};
      api.trace.getTracer("library").startActiveSpan("outer", (outer) => {
        withSpan("inner", () => api.propagation.inject(api.context.active(), carrier));
        outer.end();
      });
      api.metrics.getMeter("library").createCounter("count").add(1);
      const value = api.context.with(api.context.active().setValue(key, 1), () => api.context.active().getValue(key));
      const { metrics, troubles } = await telemetry.flush();
      tell(tree(), value, Object.keys(carrier), metrics.delivered, troubles);
      await telemetry.shutdown();
    `,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_METRICS_EXPORTER: "otlp" },
    );
    await receiver.close();
    expect(seen).to.deep.equal([["inner < outer", "outer < -"], 1, ["traceparent"], 1, {}]);
  });

  it("goes on without a report where nothing has been disabled", async () => {
    const seen = await told(`
      await start({ exporter: "none" }).shutdown();
      const telemetry = start({ exporter: memory });
      api.trace.getTracer("library").startActiveSpan("outer", (outer) => { withSpan("inner", () => {}); outer.end(); });
      const { troubles } = await telemetry.flush();
      tell(tree(), troubles);
    `);
    expect(seen).to.deep.equal([["inner < outer", "outer < -"], {}]);
  });

  it("keeps to another's context manager that was registered in between, and reports it", async () => {
    const seen = await told(`
      await start({ exporter: "none" }).shutdown();
      disable();
      api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      const telemetry = start({ exporter: memory });
      await withSpan("ours", async () => {
        await null;
        await api.trace.getTracer("library").startActiveSpan("theirs", async (span) => {
          await null;
          withSpan("ours again", () => {});
          span.end();
        });
      });
      const { troubles } = await telemetry.flush();
      tell(tree(), troubles.api_conflict);
    `);
    expect(seen).to.deep.equal([["ours again < theirs", "theirs < ours", "ours < -"], 1]);
  });

  it("does not need it to keep to a context manager that takes our place while we run", async () => {
    const seen = await told(`
      const telemetry = start({ exporter: memory });
      withSpan("before", () => {});
      api.context.disable();
      api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      const remote = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
      withSpan("ours", () => api.trace.getTracer("library").startActiveSpan("theirs", (span) => {
        withSpan("ours again", () => {});
        span.end();
      }));
      const parent = api.context.with(api.trace.setSpan(api.context.active(), api.trace.wrapSpanContext(remote)), () =>
        withSpan("below", (span) => span.spanContext().traceId));
      await telemetry.flush();
      tell(tree(), parent);
    `);
    expect(seen).to.deep.equal([
      ["before < -", "ours again < theirs", "theirs < ours", "ours < -", "below < -"],
      "a".repeat(32),
    ]);
  });
});

/** A processor that keeps what it has to itself. */
const PRIVATE = `
  class Redacting {
    #secret;
    constructor(secret) { this.#secret = secret; }
    onStart() {}
    onEnd(span) { delete span.attributes[this.#secret]; }
    async forceFlush() {}
    async shutdown() {}
  }
`;

const processor = (name: string): string =>
  `const ${name} = { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} };`;

/** The options of two calls, of which the second cannot be followed. */
const OTHER: Record<string, readonly [before: string, first: string, second: string]> = {
  "another name": ["", "{ service: 'a' }", "{ service: 'b' }"],
  "another sampler": ["", "{ sampler: alwaysOn() }", "{ sampler: alwaysOff() }"],
  "another ratio": ["", "{ sampler: traceIdRatioBased(0.1) }", "{ sampler: traceIdRatioBased(0.9) }"],
  "a sampler within another": [
    "",
    "{ sampler: parentBased({ root: alwaysOn() }) }",
    "{ sampler: parentBased({ root: alwaysOff() }) }",
  ],
  "other processors": [processor("a") + processor("b"), "{ processors: [a] }", "{ processors: [b] }"],
  "another processor of one class": [
    PRIVATE,
    "{ processors: [new Redacting('a')] }",
    "{ processors: [new Redacting('b')] }",
  ],
  "another exporter of one class": [
    "",
    "{ exporter: new sdk.InMemorySpanExporter() }",
    "{ exporter: new sdk.InMemorySpanExporter() }",
  ],
  "what the host has changed since": [
    "const options = { service: 'a' }; const change = () => { options.service = 'b'; return options; };",
    "options",
    "change()",
  ],
  "a processor that was added to the list since": [
    `${processor("a")} const processors = [a]; const change = () => { processors.push(a); return { processors }; };`,
    "{ processors }",
    "change()",
  ],
};

/** The options of two calls that ask for the same. */
const SAME: Record<string, readonly [before: string, first: string, second: string]> = {
  "the same object": ["const own = { sampler: alwaysOff(), service: 'a' };", "own", "own"],
  "the same parts": [
    `${processor("a")} const sampler = alwaysOn();`,
    "{ processors: [a], sampler, exporter: memory }",
    "{ exporter: memory, sampler, processors: [a] }",
  ],
  "equal plain options": [
    "",
    "{ service: 'a', headers: { key: 'b' }, limits: { eventCountLimit: 1, linkCountLimit: 2 } }",
    "{ limits: { linkCountLimit: 2, eventCountLimit: 1 }, headers: { key: 'b' }, service: 'a' }",
  ],
  "no options at all": ["", "{ sampler: alwaysOff() }", ""],
  "an empty object": ["", "{ sampler: alwaysOff() }", "{}"],
};

const IGNORED = ([before, first, second]: readonly [string, string, string]): string => `
  ${before}
  const telemetry = start(${first});
  start(${second});
  tell(telemetry.report().troubles.start_ignored ?? 0);
  process.exit(0);
`;

describe("a second start() while one runs", function () {
  this.timeout(20_000);

  for (const [what, calls] of Object.entries(OTHER)) {
    it(`is reported with ${what}`, async () => {
      expect(await told(IGNORED(calls))).to.deep.equal([1]);
    });
  }

  for (const [what, calls] of Object.entries(SAME)) {
    it(`is not reported with ${what}`, async () => {
      expect(await told(IGNORED(calls))).to.deep.equal([0]);
    });
  }
});
