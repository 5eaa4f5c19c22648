import { context as api, createNoopMeter, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { HandedMetrics } from "../../src/metrics/handed-metrics.ts";
import { HandingMeterProvider } from "../../src/metrics/handing-meter-provider.ts";

/** What two workers measure, as the process exports it. */
async function exported(
  measure: (worker: HandingMeterProvider, at: number) => void,
): Promise<Record<string, unknown>> {
  const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: memory })] });
  for (const at of [0, 1]) {
    const worker = new HandingMeterProvider(() => {});
    const handed = new HandedMetrics(provider, at + 1);
    for (let round = 0; round < 2; round++) {
      measure(worker, at);
      const taken = worker.observe();
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

  it("is also what observable instruments observe, of each thread by itself, and asked no more once it is gone", async () => {
    const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: memory });
    const provider = new MeterProvider({ readers: [reader] });
    const threads = [1, 2].map((thread) => {
      const worker = new HandingMeterProvider(() => {});
      const meter = worker.getMeter("shop");
      const waiting = meter.createObservableGauge("waiting");
      const busy = meter.createObservableCounter("busy");
      waiting.addCallback((result) => result.observe(10 * thread, { queue: "mails" }));
      meter.addBatchObservableCallback((result) => result.observe(busy, thread), [busy]);
      const handed = new HandedMetrics(provider, thread);
      const taken = worker.observe();
      if (taken !== undefined) handed.measure(structuredClone(taken));
      return handed;
    });
    const points = async (): Promise<unknown> => {
      memory.reset();
      await provider.forceFlush();
      return memory
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => [attributes, value]));
    };
    expect(await points()).to.deep.equal([
      [{ queue: "mails", "thread.id": 1 }, 10],
      [{ queue: "mails", "thread.id": 2 }, 20],
      [{ "thread.id": 1 }, 1],
      [{ "thread.id": 2 }, 2],
    ]);
    // The official provider goes on with what was observed last.
    for (const handed of threads) handed.end();
    const [taken, next] = [threads[0], 99];
    taken?.measure({ instruments: [], measurements: [], observations: [[0, [[next, {}]]]] });
    expect(JSON.stringify(await points())).not.to.include(String(next));
    await provider.shutdown();
  });

  it("keeps the span for an exemplar where that is recorded", () => {
    const worker = new HandingMeterProvider(() => {});
    const counter = worker.getMeter("shop").createCounter("orders");
    const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    for (const traceFlags of [0, 1, 3])
      counter.add(1, {}, trace.setSpanContext(api.active(), { ...span, traceFlags }));
    expect(worker.take()?.measurements.map(([, , , of]) => of?.traceFlags)).to.deep.equal([undefined, 1, 3]);
  });

  it("belongs to its instrument whatever was not heard, and however often that was asked for", async () => {
    const series = await exported((worker, at) => {
      const counterOf = (name: string) => worker.getMeter("shop").createCounter(name);
      counterOf("declined").add(1);
      // Too much is on the way: what waits is lost, and is heard of again.
      const lost = worker.take();
      if (lost !== undefined) worker.keep(lost);
      for (let round = 0; round < 3; round++) counterOf("declined").add(10);
      counterOf("paid").add(100 * (at + 1));
    });
    expect(series["shop/declined/"]).to.deep.equal([[{}, 120]]);
    expect(series["shop/paid/"]).to.deep.equal([[{}, 600]]);
  });

  it("survives instruments that are declared by nonsense", () => {
    const before = Object.keys(createNoopMeter());
    const worker = new HandingMeterProvider(() => {});
    const nonsense = {
      unit: () => {},
      description: Symbol("d"),
      valueType: {},
      advice: { explicitBucketBoundaries: 5 },
    };
    worker
      .getMeter("shop", {} as never, { schemaUrl: () => {} } as never)
      .createHistogram(Symbol("h") as never, nonsense as never)
      .record(1);
    expect(structuredClone(worker.take())?.instruments).to.have.length(1);
    expect(Object.keys(createNoopMeter())).to.deep.equal(before);
  });

  it("is told before there is too much of it, and nothing twice", () => {
    let told = 0;
    const worker: HandingMeterProvider = new HandingMeterProvider((waiting) => {
      if (waiting === 3) told += worker.take()?.measurements.length ?? 0;
    });
    const counter = worker.getMeter("shop").createCounter("orders");
    for (let round = 0; round < 10; round++) counter.add(1);
    expect([told, worker.take()?.measurements.length, worker.take()]).to.deep.equal([9, 1, undefined]);
  });
});
