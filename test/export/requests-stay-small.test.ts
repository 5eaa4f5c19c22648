import type { HrTime } from "@opentelemetry/api";
import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Account } from "../../src/export/account.ts";
import { DeliveryQueue } from "../../src/export/delivery-queue.ts";
import { httpTransport } from "../../src/export/http-transport.ts";
import { QueueingMetricExporter } from "../../src/export/queueing-metric-exporter.ts";
import { RecordBatcher } from "../../src/export/record-batcher.ts";
import { SPANS } from "../../src/export/record-kind.ts";
import { deadlineIn } from "../../src/core/deadline.ts";
import type { MetricRecord } from "../../src/metrics/record.ts";
import { decodeMetrics } from "../../src/otlp/decode-metrics.ts";
import { decodeTraces } from "../../src/otlp/decode-traces.ts";
import { spanRecord } from "../otlp/span-records.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

const RESOURCE = { attributes: { "service.name": "shop" } };
const LIMIT = 4 * 1024 * 1024;
const TIMES = { startTime: [1, 0] as HrTime, endTime: [2, 0] as HrTime };

/** A queue whose collector takes everything, and keeps the bodies. */
function taking() {
  const bodies: Uint8Array[] = [];
  const account = new Account();
  const send = async (body: Uint8Array) => {
    bodies.push(body);
    return { kind: "delivered", rejected: 0, reason: "" } as const;
  };
  const queue = new DeliveryQueue(
    { joinedBytes: 0, send, close: () => {} },
    account,
    "http://collector.test",
  );
  return { bodies, account, queue };
}

/** A gauge with points numbered from `first` on, each about 1 KB. */
const gauge = (name: string, first: number, count: number, size = 1_000, filler = "x"): MetricRecord => ({
  dataPointType: 2,
  descriptor: { name, description: "", unit: "" },
  aggregationTemporality: 1,
  dataPoints: Array.from({ length: count }, (_, each) => ({
    ...TIMES,
    attributes: { filler: filler.repeat(size) },
    value: first + each,
  })),
});

async function exported(...scopes: MetricRecord[][]) {
  const { bodies, account, queue } = taking();
  const exporter = new QueueingMetricExporter(RESOURCE, queue, account);
  const scopeMetrics = scopes.map((metrics, index) => ({ scope: { name: `scope ${index}` }, metrics }));
  let told = "";
  const code = await new Promise<number>((resolve) => {
    told = silently(() => exporter.export({ scopeMetrics }, (result) => resolve(result.code)));
  });
  await queue.flush(deadlineIn(1_000));
  return { bodies, report: account.report(), code, told };
}

const named = (name: string, size: number) =>
  spanRecord({ name, attributeList: ["filler", "x".repeat(size)] });

describe("a request", () => {
  beforeEach(forgetWhatWasTold);

  it("of metrics is at most 4 MiB long: more goes in several, each point once, under its metric and scope", async () => {
    const { bodies, report, code } = await exported(
      [gauge("a", 0, 3_000), gauge("b", 3_000, 1), gauge("empty", 0, 0)],
      [gauge("c", 3_001, 6_999)],
    );
    expect(code).to.equal(0);
    expect(bodies.length).to.be.greaterThan(2);
    for (const body of bodies) expect(body.byteLength).to.be.at.most(LIMIT);
    const points = bodies.flatMap((body) =>
      decodeMetrics(body).flatMap(({ name, scope, points: own }) =>
        own.map(({ value }) => ({ of: `${scope.name} ${name}`, value })),
      ),
    );
    expect(points.map(({ value }) => value)).to.deep.equal(Array.from({ length: 10_000 }, (_, each) => each));
    const counts = new Map<string, number>();
    for (const { of } of points) counts.set(of, (counts.get(of) ?? 0) + 1);
    expect(Object.fromEntries(counts)).to.deep.equal({
      "scope 0 a": 3_000,
      "scope 0 b": 1,
      "scope 1 c": 6_999,
    });
    expect(report).to.deep.include({ made: 10_000, delivered: 10_000, pending: 0 });
  });

  it("is not made for a data point that is longer by itself: it is told, counted, and costs no other", async () => {
    const { bodies, report, told } = await exported([
      gauge("small", 0, 2),
      gauge("giant", 2, 1, LIMIT),
      gauge("after", 3, 1),
    ]);
    const values = bodies.flatMap((body) =>
      decodeMetrics(body).flatMap(({ points }) => points.map(({ value }) => value)),
    );
    expect(values).to.deep.equal([0, 1, 3]);
    expect(report).to.deep.include({ made: 4, delivered: 3, pending: 0 });
    expect(report.dropped.too_large).to.equal(1);
    expect(told).to.match(/^throughline: [^\n]*longer than a request may be[^\n]*\n$/);
  });

  it("holds as many spans where the resource is long, which each request tells once", async () => {
    const { bodies, account, queue } = taking();
    const long = { attributes: { "service.name": "shop", filler: "x".repeat(300_000) } };
    const batcher = new RecordBatcher(SPANS, long, queue, account);
    for (let each = 0; each < 1_000; each++) batcher.accept(named("span", 10));
    await batcher.close(deadlineIn(1_000));
    expect(bodies).to.have.lengthOf(1);
    expect(account.report()).to.include({ made: 1_000, delivered: 1_000 });
  });

  it("is not made for a span that is longer by itself: it is counted, and costs no other", async () => {
    const { bodies, account, queue } = taking();
    const batcher = new RecordBatcher(SPANS, RESOURCE, queue, account);
    silently(() => {
      for (const span of [named("before", 10), named("giant", LIMIT), named("after", 10)])
        batcher.accept(span);
    });
    await batcher.close(deadlineIn(1_000));
    expect(bodies.flatMap((body) => decodeTraces(body).map(({ name }) => name))).to.deep.equal([
      "before",
      "after",
    ]);
    expect(account.report().dropped.too_large).to.equal(1);
  });

  it("is as small in JSON, where a text may take six times as much, and what is longer by itself costs no other", async () => {
    const lengths: number[] = [];
    const collector = createServer(async (request, response) => {
      lengths.push((await buffer(request)).byteLength);
      response.end("{}");
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const { port } = collector.address() as AddressInfo;
    const to = { protocol: "http/json", headers: {}, timeout: 5_000 } as const;
    const queued = (signal: "traces" | "metrics") => {
      const account = new Account();
      const url = new URL(`http://127.0.0.1:${port}/v1/${signal}`);
      return { account, queue: new DeliveryQueue(httpTransport({ ...to, url, signal }), account, url.href) };
    };
    const [traces, metrics] = [queued("traces"), queued("metrics")];
    const batcher = new RecordBatcher(SPANS, RESOURCE, traces.queue, traces.account);
    const scopeMetrics = [{ scope: { name: "scope" }, metrics: [gauge("a", 0, 3_000, 1_000, "\u0001")] }];
    new QueueingMetricExporter(RESOURCE, metrics.queue, metrics.account).export({ scopeMetrics }, () => {});
    for (let each = 0; each < 3_000; each++) batcher.accept(named("\u0001".repeat(1_000), 1));
    batcher.accept(named("\u0001".repeat(1_000_000), 1));
    batcher.accept(named("after", 1));
    await metrics.queue.close(deadlineIn(10_000));
    await batcher.close(deadlineIn(10_000));
    collector.close();
    for (const length of lengths) expect(length).to.be.at.most(LIMIT);
    expect(Math.max(...lengths)).to.be.greaterThan(LIMIT / 3);
    expect(metrics.account.report()).to.deep.include({ delivered: 3_000, pending: 0 });
    expect(traces.account.report()).to.deep.include({ made: 3_002, delivered: 3_001, pending: 0 });
    expect(traces.account.report().dropped.too_large).to.equal(1);
  });
});
