import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

async function told(code: string): Promise<{ lines: unknown; errors: string }> {
  const {
    output,
    errors,
    code: exit,
  } = await program(
    `
    import * as sdk from "@opentelemetry/sdk-metrics";
    import { metrics } from "@opentelemetry/api";
    import { counter, histogram, start } from "throughline";
    const memory = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
    const reader = new sdk.PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis: 60_000 });
    const seen = () => memory.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ attributes, value }) => [attributes, value])])));
    const use = () => counter("shop.orders").add(2, { currency: "EUR", user: "ann" });
    ${code}
    console.log(JSON.stringify(lines));
    `,
    { OTEL_TRACES_EXPORTER: "none" },
  );
  expect(exit, errors).to.equal(0);
  return { lines: JSON.parse(output) as unknown, errors };
}

const ORDERS = [["shop.orders", [[{ currency: "EUR", user: "ann" }, 2]]]];

describe("start()", function () {
  this.timeout(20_000);

  it("takes readers and views besides our export, which goes on and has the views, too", async () => {
    const collector = await startReceiver({ port: 0 });
    const { lines, errors } = await told(`
      const views = [{ instrumentName: "shop.orders", name: "orders" }];
      const telemetry = start({ endpoint: "${collector.endpoint}", readers: [reader], views });
      use();
      await telemetry.shutdown();
      const lines = seen();
    `);
    await collector.close();
    expect([lines, errors]).to.deep.equal([[["orders", [[{ currency: "EUR", user: "ann" }, 2]]]], ""]);
    expect(collector.store.series().map(({ name, point }) => [name, point.value])).to.deep.equal([
      ["orders", 2],
    ]);
  });

  it("takes readers, which collect alone where nothing else does, and know the service", async () => {
    const { lines, errors } = await told(`
      const telemetry = start({ service: "shop", exporter: "none", readers: [reader] });
      use();
      await telemetry.flush();
      const lines = [seen(), memory.getMetrics()[0].resource.attributes["service.name"]];
      await telemetry.shutdown();
    `);
    expect([lines, errors]).to.deep.equal([[ORDERS, "shop"], ""]);
  });

  it("takes views, which say how streams are named and filtered", async () => {
    const { lines, errors } = await told(`
      const views = [{ instrumentName: "shop.orders", name: "orders", attributesProcessors: [sdk.createAllowListAttributesProcessor(["currency"])] }];
      const telemetry = start({ exporter: "none", readers: [reader], views });
      use();
      await telemetry.shutdown();
      const lines = seen();
    `);
    expect([lines, errors]).to.deep.equal([[["orders", [[{ currency: "EUR" }, 2]]]], ""]);
  });

  it("takes a meter provider, for our accessors and the API, and flushes it", async () => {
    const { lines, errors } = await told(`
      const meterProvider = new sdk.MeterProvider({ readers: [reader] });
      const telemetry = start({ meterProvider });
      use();
      metrics.getMeter("library").createCounter("library.calls").add(1);
      await telemetry.flush();
      const lines = seen();
      await telemetry.shutdown();
    `);
    expect([lines, errors]).to.deep.equal([[...ORDERS, ["library.calls", [[{}, 1]]]], ""]);
  });

  it("goes on with the readers beside one that fails, whatever of it does", async () => {
    const { lines } = await told(`
      const failing = (name) => Object.assign(new sdk.PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis: 60_000 }),
        { [name]: () => { throw new Error("on purpose"); } });
      const telemetry = start({ exporter: "none", readers: [reader, failing("setMetricProducer"), failing("selectAggregation"),
        failing("selectAggregationTemporality"), failing("selectCardinalityLimit")] });
      use();
      await reader.forceFlush();
      const lines = seen();
    `);
    expect(lines).to.deep.equal(ORDERS);
  });

  it("takes its own provider, which asks for the current one, for none", async () => {
    const { lines, errors } = await told(`
      start({ exporter: "none" });
      const own = metrics.getMeterProvider();
      await start().shutdown();
      const telemetry = start({ exporter: "none", readers: [reader], meterProvider: own });
      use();
      await reader.forceFlush();
      const lines = seen();
    `);
    expect(lines).to.deep.equal(ORDERS);
    expect(errors).to.include("meterProvider is our own");
  });

  it("leaves out readers that fail as they begin, without a reader of ours that goes on unseen", async () => {
    const { lines, errors } = await told(`
      const broken = new sdk.PeriodicExportingMetricReader({ exporter: memory });
      broken.setMetricProducer = () => { throw new Error("on purpose"); };
      let intervals = 0;
      const { setInterval } = globalThis;
      globalThis.setInterval = (...args) => { intervals++; return setInterval(...args); };
      const telemetry = start({ exporter: "console", readers: [broken] });
      const lines = [intervals];
      await telemetry.shutdown();
    `);
    expect(lines).to.deep.equal([1]);
    expect(errors).to.match(/readers\[0\] of start\(\) failed \(Error: on purpose\)/);
  });

  it("names what is no reader, view or meter provider, or is not used, and goes on without it", async () => {
    const { lines, errors } = await told(`
      const telemetry = start({ exporter: "none", meterProvider: {}, readers: [null, {}, reader], views: 5 });
      use();
      await telemetry.shutdown();
      const lines = seen();
    `);
    expect(lines).to.deep.equal(ORDERS);
    expect(errors.trim().split("\n")).to.have.length(4);
    const { errors: unused } = await told(`
      start({ meterProvider: new sdk.MeterProvider(), readers: [reader], views: [] });
      const lines = [];
    `);
    expect(unused).to.equal(
      "throughline: readers, views: not used beside meterProvider, which has its own\n",
    );
  });

  it("goes on without readers of which one fails, and without a view that fails", async () => {
    const { lines, errors } = await told(`
      const broken = { collect() {}, forceFlush: async () => {}, shutdown: async () => {}, setMetricProducer() { throw new Error("down"); } };
      const telemetry = start({ exporter: "none", readers: [reader, broken], views: [{ instrumentName: "shop.orders", name: "orders" }, { aggregation: 5 }] });
      use();
      const { troubles } = await telemetry.shutdown();
      const lines = troubles;
    `);
    expect(lines).to.deep.equal({ plugin_failed: 2 });
    expect(errors).to.match(/^throughline: views\[1\] of start\(\) failed [^\n]+\n$/);
  });
});
