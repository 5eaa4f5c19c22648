import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { deadlineIn } from "../../src/core/deadline.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { Account } from "../../src/export/account.ts";
import { DeliveryQueue } from "../../src/export/delivery-queue.ts";
import { QueueingMetricExporter } from "../../src/export/queueing-metric-exporter.ts";
import type { Outcome } from "../../src/export/outcome.ts";
import { RecordBatcher } from "../../src/export/record-batcher.ts";
import { SPANS } from "../../src/export/record-kind.ts";
import type { MetricsRecord } from "../../src/metrics/record.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { readMetrics, readTraces } from "../otlp/oracle.ts";

const RESOURCE = { attributes: { "service.name": "test" } };
const MIB = 1024 * 1024;

/** A collector that takes bodies of up to 1 MiB. */
function collector(): { queue: DeliveryQueue; account: Account; bodies: Uint8Array[] } {
  const account = new Account();
  const bodies: Uint8Array[] = [];
  const send = async (body: Uint8Array): Promise<Outcome> => {
    if (body.byteLength > MIB) return { kind: "rejected", reason: "HTTP 413" };
    bodies.push(body);
    return { kind: "delivered", rejected: 0, reason: "" };
  };
  return {
    queue: new DeliveryQueue({ joinedBytes: 0, send, close: () => {} }, account, "http://collector.test"),
    account,
    bodies,
  };
}

/** What the official decoder finds in a body. */
const spansIn = (body: Uint8Array) =>
  readTraces(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
const metricsIn = (body: Uint8Array) =>
  readMetrics(body).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  );

describe("one bad item costs itself alone", () => {
  it("a span that is larger than a collector takes travels alone", async () => {
    const { queue, account, bodies } = collector();
    const batcher = new RecordBatcher(SPANS, RESOURCE, queue, account);
    const tracers = ["a", "b"].map((name) => new TracerProvider({ sink: batcher }).getTracer(name));
    for (let index = 0; index < 100; index++) tracers[index % 2]?.startSpan("small").end();
    const giant = tracers[0]?.startSpan("giant");
    for (let index = 0; index < 30; index++) giant?.setAttribute(`${index}`, "x".repeat(MIB / 16));
    giant?.end();
    for (let index = 0; index < 10; index++) tracers[1]?.startSpan("later").end();
    await batcher.close(deadlineIn(1000));
    expect(account.report()).to.include({ made: 111, delivered: 110, rejected: 1, pending: 0 });
    expect(bodies.flatMap((body) => spansIn(body)).filter(({ name }) => name === "small")).to.have.length(
      100,
    );
  });

  it("a span that ends after the close is counted, not kept", async () => {
    const { queue, account } = collector();
    const batcher = new RecordBatcher(SPANS, RESOURCE, queue, account);
    const span = new TracerProvider({ sink: batcher }).getTracer("a").startSpan("late");
    await batcher.close(deadlineIn(10));
    span.end();
    expect(account.report()).to.deep.include({
      made: 1,
      pending: 0,
      dropped: { encoding: 0, exporter_failed: 0, queue_full: 0, shutdown: 1, too_large: 0 },
    });
  });

  it("a metric that cannot be encoded leaves the others, and is reported", async () => {
    const { queue, account, bodies } = collector();
    const before = troubles().internal_error ?? 0;
    const point = { startTime: [1, 0], endTime: [2, 0], attributes: {}, value: 1 };
    const metric = (descriptor: object) => ({
      descriptor,
      aggregationTemporality: 1,
      dataPointType: 3,
      isMonotonic: true,
      dataPoints: [point],
    });
    const metrics = [
      metric({ name: "good", description: "", unit: "" }),
      metric({ name: "bad", description: "", unit: 5 }),
      metric({ name: "fine", description: "", unit: "" }),
    ];
    const record = {
      scopeMetrics: [{ scope: { name: "lib", version: 1 }, metrics }],
    } as unknown as MetricsRecord;
    new QueueingMetricExporter(RESOURCE, queue, account).export(record, () => {});
    await queue.flush(deadlineIn(1000));
    expect(bodies.flatMap((body) => metricsIn(body)).map(({ name }) => name)).to.deep.equal(["good", "fine"]);
    expect(account.report()).to.deep.include({
      made: 3,
      delivered: 2,
      dropped: { encoding: 1, exporter_failed: 0, queue_full: 0, shutdown: 0, too_large: 0 },
    });
    expect(troubles().internal_error).to.equal(before + 1);
  });

  it("a span with an odd kind, link or parent is kept", async () => {
    const { queue, account, bodies } = collector();
    const batcher = new RecordBatcher(SPANS, RESOURCE, queue, account);
    const tracer = new TracerProvider({ sink: batcher }).getTracer("a");
    const context = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
    for (const kind of ["SERVER", 99, -1, Symbol("kind"), 1n, null])
      tracer.startSpan("kind", { kind: kind as never }).end();
    for (const traceState of [
      {},
      5,
      { serialize: () => 5 },
      {
        serialize: () => {
          throw new Error("on purpose");
        },
      },
    ]) {
      tracer
        .startSpan("link", { links: [{ context: { ...context, traceState: traceState as never } }] })
        .end();
      tracer
        .startSpan(
          "child",
          {},
          trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext({ ...context, traceState: traceState as never })),
        )
        .end();
    }
    await batcher.close(deadlineIn(1000));
    expect(account.report()).to.include({ made: 14, delivered: 14 });
    const kinds = bodies
      .flatMap((body) => spansIn(body))
      .filter(({ name }) => name === "kind")
      .map(({ kind }) => kind);
    expect(kinds).to.deep.equal([1, 1, 1, 1, 1, 1]);
  });
});
