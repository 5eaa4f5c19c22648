import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

interface Seen {
  readonly name: string;
  readonly unit: string;
  readonly type: string;
  readonly attributes: Record<string, unknown>;
  readonly value: number;
  readonly count: number;
}

/** What a program's telemetry has told when it has ended. */
async function measured(
  options: string,
  code: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ seen: readonly Seen[]; port: number }> {
  await using collector = await startReceiver({ port: 0 });
  const { code: exit, errors } = await program(
    `
    import { alwaysOff, parentBased, start, startSpan, withSpan } from "throughline";
    import { context, trace } from "@opentelemetry/api";
    const telemetry = start({ service: "shop", endpoint: "${collector.endpoint}", http: false, ${options} });
    ${code}
    await telemetry.shutdown();
  `,
    environment,
  );
  expect([exit, errors.replace(/^throughline: more spans wait.*\n/, "")]).to.deep.equal([0, ""]);
  const seen = collector.store.series().map(({ name, unit, type, point }) => ({
    name,
    unit,
    type,
    attributes: Object.fromEntries(Object.entries(point.attributes)),
    value: Number(point.value ?? NaN),
    count: Number(point.count ?? NaN),
  }));
  return { seen, port: Number(new URL(collector.endpoint).port) };
}

const named = (seen: readonly Seen[], name: string): unknown[] =>
  seen.filter((each) => each.name === name).map(({ attributes, value }) => [attributes, value]);

const started = (origin: string, result: string): Record<string, unknown> => ({
  "otel.span.parent.origin": origin,
  "otel.span.sampling_result": result,
});

const PROCESSOR = {
  "otel.component.type": "batching_span_processor",
  "otel.component.name": "batching_span_processor/0",
};

describe("start({ selfMetrics: true })", function () {
  this.timeout(20_000);

  it("tells what became of spans, by the names of the conventions", async () => {
    const { seen, port } = await measured(
      "selfMetrics: true",
      `
      withSpan("root", () => withSpan("child", () => {}));
      const remote = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1, isRemote: true };
      context.with(trace.setSpanContext(context.active(), remote), () => withSpan("served", () => {}));
      context.with(trace.setSpanContext(context.active(), { ...remote, traceFlags: 0 }), () => withSpan("refused", () => {}));
      startSpan("never ended");
      await telemetry.flush();
      `,
    );
    const exporter = {
      "otel.component.type": "otlp_http_span_exporter",
      "otel.component.name": "otlp_http_span_exporter/0",
      "server.address": "127.0.0.1",
      "server.port": port,
    };
    expect(named(seen, "otel.sdk.span.started")).to.have.deep.members([
      [started("none", "RECORD_AND_SAMPLE"), 2],
      [started("local", "RECORD_AND_SAMPLE"), 1],
      [started("remote", "RECORD_AND_SAMPLE"), 1],
      [started("remote", "DROP"), 1],
    ]);
    expect(named(seen, "otel.sdk.span.live")).to.deep.equal([
      [{ "otel.span.sampling_result": "RECORD_AND_SAMPLE" }, 1],
    ]);
    expect(named(seen, "otel.sdk.processor.span.processed")).to.deep.equal([[PROCESSOR, 3]]);
    expect(named(seen, "otel.sdk.processor.span.queue.size")).to.deep.equal([[PROCESSOR, 0]]);
    expect(named(seen, "otel.sdk.exporter.span.exported")).to.deep.equal([[exporter, 3]]);
    expect(named(seen, "otel.sdk.exporter.span.inflight")).to.deep.equal([[exporter, 0]]);
    const durations = seen.filter(({ name }) => name === "otel.sdk.exporter.operation.duration");
    expect(
      durations.map(({ attributes, unit, type }) => [attributes["otel.component.type"], unit, type]),
    ).to.deep.include(["otlp_http_span_exporter", "s", "histogram"]);
  });

  it("tells what became of log records, by the names of the conventions", async () => {
    const { seen, port } = await measured(
      "selfMetrics: true",
      `
      const { logs } = await import("@opentelemetry/api-logs");
      for (let each = 0; each < 3; each++) logs.getLogger("own").emit({ body: "told" });
      await telemetry.flush();
      `,
      { OTEL_BLRP_MAX_QUEUE_SIZE: "9" },
    );
    const processor = {
      "otel.component.type": "batching_log_processor",
      "otel.component.name": "batching_log_processor/0",
    };
    const exporter = {
      "otel.component.type": "otlp_http_log_exporter",
      "otel.component.name": "otlp_http_log_exporter/0",
      "server.address": "127.0.0.1",
      "server.port": port,
    };
    expect(named(seen, "otel.sdk.log.created")).to.deep.equal([[{}, 3]]);
    expect(named(seen, "otel.sdk.processor.log.processed")).to.deep.equal([[processor, 3]]);
    expect(named(seen, "otel.sdk.processor.log.queue.size")).to.deep.equal([[processor, 0]]);
    expect(named(seen, "otel.sdk.processor.log.queue.capacity")).to.deep.equal([[processor, 9]]);
    expect(named(seen, "otel.sdk.exporter.log.exported")).to.deep.equal([[exporter, 3]]);
    expect(named(seen, "otel.sdk.exporter.log.inflight")).to.deep.equal([[exporter, 0]]);
    expect(seen.find(({ name }) => name === "otel.sdk.log.created")?.unit).to.equal("{log_record}");
  });

  it("tells what became of data points, and how long it took to collect them", async () => {
    const { seen } = await measured("selfMetrics: true, protocol: 'http/json'", "await telemetry.flush();");
    const types = (name: string): unknown[] =>
      seen.filter((each) => each.name === name).map(({ attributes }) => attributes["otel.component.type"]);
    expect(types("otel.sdk.exporter.metric_data_point.exported")).to.deep.equal([
      "otlp_http_json_metric_exporter",
    ]);
    expect(types("otel.sdk.exporter.metric_data_point.inflight")).to.deep.equal([
      "otlp_http_json_metric_exporter",
    ]);
    const collection = seen.find(({ name }) => name === "otel.sdk.metric_reader.collection.duration");
    expect(collection?.count).to.be.at.least(1);
    expect(collection?.attributes).to.deep.equal({
      "otel.component.type": "periodic_metric_reader",
      "otel.component.name": "periodic_metric_reader/0",
    });
  });

  it("names the cause of what was dropped, and the bound of the queue where there is one", async () => {
    const { seen } = await measured(
      "selfMetrics: true",
      `
      for (let span = 0; span < 5; span++) withSpan("span", () => {});
      await telemetry.flush();
      `,
      { OTEL_BSP_MAX_QUEUE_SIZE: "2" },
    );
    expect(named(seen, "otel.sdk.processor.span.queue.capacity")).to.deep.equal([[PROCESSOR, 2]]);
    expect(named(seen, "otel.sdk.processor.span.processed")).to.deep.equal([
      [PROCESSOR, 2],
      [{ ...PROCESSOR, "error.type": "queue_full" }, 3],
    ]);
  });

  it("is nothing unless it is asked for", async () => {
    const { seen } = await measured("", 'withSpan("root", () => {});');
    expect(seen.filter(({ name }) => /^(otel\.sdk|v8js|nodejs)\./.test(name))).to.deep.equal([]);
  });
});

describe("start({ runtimeMetrics: true })", function () {
  this.timeout(20_000);

  it("measures the event loop, the heap and garbage collection, by the names and units of the conventions", async () => {
    const { seen } = await measured(
      "runtimeMetrics: true",
      `
      await new Promise((resolve) => setTimeout(resolve, 60));
      const until = Date.now() + 60;
      while (Date.now() < until) Array.from({ length: 50_000 }, (_, index) => ({ index }));
      await new Promise((resolve) => setTimeout(resolve, 60));
      `,
    );
    const units = new Map(seen.map(({ name, unit, type }) => [name, `${type} ${unit}`]));
    expect(Object.fromEntries(units)).to.deep.equal({
      ...Object.fromEntries(
        ["min", "max", "mean", "stddev", "p50", "p90", "p99"].map((name) => [
          `nodejs.eventloop.delay.${name}`,
          "gauge s",
        ]),
      ),
      "nodejs.eventloop.utilization": "gauge 1",
      "nodejs.eventloop.time": "sum s",
      "v8js.memory.heap.used": "sum By",
      "v8js.memory.heap.space.size": "sum By",
      "v8js.memory.heap.space.available_size": "sum By",
      "v8js.memory.heap.space.physical_size": "sum By",
      "v8js.gc.duration": "histogram s",
    });
    const valueOf = (name: string): number => seen.find((each) => each.name === name)?.value ?? NaN;
    expect(valueOf("nodejs.eventloop.delay.max")).to.be.within(0.04, 20);
    expect(valueOf("nodejs.eventloop.delay.max")).to.be.at.least(valueOf("nodejs.eventloop.delay.mean"));
    expect(valueOf("nodejs.eventloop.utilization")).to.be.within(0, 1);
    const states = seen.filter(({ name }) => name === "nodejs.eventloop.time");
    expect(states.map(({ attributes }) => attributes["nodejs.eventloop.state"])).to.deep.equal([
      "active",
      "idle",
    ]);
    const spaces = seen.filter(({ name }) => name === "v8js.memory.heap.used");
    expect(spaces.map(({ attributes }) => attributes["v8js.heap.space.name"])).to.include.members([
      "new_space",
      "old_space",
    ]);
    const collections = seen.filter(({ name }) => name === "v8js.gc.duration");
    expect(collections.map(({ attributes }) => attributes["v8js.gc.type"])).to.include("minor");
  });

  for (const option of ["runtimeMetrics", "selfMetrics"])
    it(`costs start() nothing where another SDK's meter provider fails: ${option}`, async () => {
      const { code, output, errors } = await program(`
        import { start, withSpan } from "throughline";
        for (const getMeter of [() => { throw new Error("on purpose"); }, () => ({}), () => undefined]) {
          const telemetry = start({ exporter: "none", ${option}: true, meterProvider: { getMeter } });
          withSpan("work", () => {});
          await telemetry.shutdown();
        }
        console.log("done");
      `);
      expect([code, output], errors).to.deep.equal([0, "done\n"]);
      expect(errors).to.include("a meter provider of another SDK failed");
    });

  it("does not keep the process, and ends with the telemetry", async () => {
    const { code, output } = await program(`
      import { start } from "throughline";
      const telemetry = start({ exporter: "none", runtimeMetrics: true, selfMetrics: true });
      await telemetry.shutdown();
      start({ exporter: "none", runtimeMetrics: true });
      console.log("done");
    `);
    expect([code, output]).to.deep.equal([0, "done\n"]);
  });

  it("asks a provider that goes on without us for nothing more", async () => {
    const { output } = await program(`
      import { start } from "throughline";
      import { createNoopMeter } from "@opentelemetry/api";
      const asked = new Set();
      const instrument = { addCallback: (callback) => asked.add(callback), removeCallback: (callback) => asked.delete(callback), record() {} };
      const meter = new Proxy({}, { get: (_, name) =>
        name.startsWith("create") ? () => instrument : name.startsWith("add") ? instrument.addCallback : instrument.removeCallback });
      const meterProvider = { getMeter: () => meter };
      for (let round = 0; round < 2; round++) {
        const telemetry = start({ exporter: "none", meterProvider, runtimeMetrics: true, selfMetrics: true });
        const during = asked.size;
        await telemetry.shutdown();
        console.log(during > 5, asked.size);
      }
    `);
    expect(output).to.equal("true 0\ntrue 0\n");
  });

  it("measures garbage collection in the buckets of the conventions", async () => {
    await using collector = await startReceiver({ port: 0 });
    await program(
      `import { start } from "throughline";
       const telemetry = start({ endpoint: "${collector.endpoint}", runtimeMetrics: true });
       let kept = [];
       for (let round = 0; round < 200; round++) kept = Array.from({ length: 10_000 }, () => ({}));
       await new Promise((resolve) => setTimeout(resolve, 50));
       await telemetry.shutdown();`,
    );
    const series = collector.store.series().find(({ name }) => name === "v8js.gc.duration");
    expect(series?.point.bounds).to.deep.equal([0.01, 0.1, 1, 10]);
  });
});
