import { context as api, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { HandedMetrics, HandingMeterProvider } from "../../src/metrics/handed-measurements.ts";

/** What two workers measure, as the process exports it. */
async function exported(
  measure: (worker: HandingMeterProvider, at: number) => void,
): Promise<Record<string, unknown>> {
  const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: memory })] });
  for (const at of [0, 1]) {
    const worker = new HandingMeterProvider(1_000, () => {});
    const handed = new HandedMetrics(provider);
    for (let round = 0; round < 2; round++) {
      measure(worker, at);
      const taken = worker.take();
      if (taken !== undefined) handed.measure(structuredClone(taken));
    }
  }
  await provider.forceFlush();
  const metrics = memory.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  await provider.shutdown();
  return Object.fromEntries(
    metrics.flatMap((scope) =>
      scope.metrics.map(({ descriptor, dataPoints }) => [
        `${scope.scope.name}/${descriptor.name}/${descriptor.unit}`,
        dataPoints.map(({ attributes, value }) => [attributes, value]),
      ]),
    ),
  );
}

describe("what workers measure", () => {
  it("is one series for all threads, of every kind of instrument", async () => {
    const series = await exported((worker, at) => {
      const meter = worker.getMeter("shop", "1.0");
      meter.createCounter("orders", { unit: "{order}" }).add(2, { currency: "EUR" });
      meter.createUpDownCounter("open").add(at === 0 ? 3 : -1);
      meter.createGauge("level").record(at + 5);
      meter.createHistogram("time", { unit: "s", advice: { explicitBucketBoundaries: [1] } }).record(at * 2);
    });
    expect(series["shop/orders/{order}"]).to.deep.equal([[{ currency: "EUR" }, 8]]);
    expect(series["shop/open/"]).to.deep.equal([[{}, 4]]);
    expect(series["shop/level/"]).to.deep.equal([[{}, 6]]);
    const [[, histogram] = []] = series["shop/time/s"] as [
      unknown,
      { count: number; buckets: { counts: number[] } },
    ][];
    expect([histogram?.count, histogram?.buckets.counts]).to.deep.equal([4, [2, 2]]);
  });

  it("keeps the span for an exemplar where that is recorded", () => {
    const worker = new HandingMeterProvider(10, () => {});
    const counter = worker.getMeter("shop").createCounter("orders");
    const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    for (const traceFlags of [0, 1, 3])
      counter.add(1, {}, trace.setSpanContext(api.active(), { ...span, traceFlags }));
    expect(worker.take()?.measurements.map(([, , , of]) => of?.traceFlags)).to.deep.equal([undefined, 1, 3]);
  });

  it("is told before there is too much of it, and nothing twice", () => {
    let told = 0;
    const worker: HandingMeterProvider = new HandingMeterProvider(3, () => {
      told += worker.take()?.measurements.length ?? 0;
    });
    const counter = worker.getMeter("shop").createCounter("orders");
    for (let round = 0; round < 10; round++) counter.add(1);
    expect([told, worker.take()?.measurements.length, worker.take()]).to.deep.equal([9, 1, undefined]);
  });
});
