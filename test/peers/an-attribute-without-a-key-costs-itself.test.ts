import { expect } from "chai";
import type { TelemetryReport } from "throughline";
import { program } from "../processes/spawned.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

/** Prometheus refuses a request whole for one label without a name, and sums since the start bring it again each time. */
describe("a measurement with an attribute whose key is empty leaves Prometheus the other metrics", () => {
  let prometheus: Prometheus;

  before(async () => {
    prometheus = await startPrometheus();
  });
  after(() => prometheus.stop());

  for (const { maker, measure } of [
    { maker: "ours", measure: 'counter("shop.parcels").add(2, { "": "v" })' },
    {
      maker: "the API's",
      measure: 'metrics.getMeter("acme").createCounter("shop.parcels").add(2, { "": "v" })',
    },
  ])
    it(`where the counter is ${maker}`, async () => {
      const { output } = await program(
        `
        import { metrics } from "@opentelemetry/api";
        import { counter, start } from "throughline";
        const telemetry = start({ service: "${maker}", exporter: "otlp" });
        counter("shop.orders").add(3);
        ${measure};
        console.log(JSON.stringify(await telemetry.shutdown()));
        `,
        { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: prometheus.endpoint },
      );
      const { metrics } = JSON.parse(output) as TelemetryReport;
      expect(metrics).to.include({ made: 2, delivered: 2, rejected: 0 });
      const samples = await prometheus.query(`{__name__=~"shop.*",job="${maker}"}`);
      const values = samples.map(({ metric, value }) => [metric["__name__"], value?.[1]]);
      expect(Object.fromEntries(values)).to.deep.equal({ shop_orders_total: "3", shop_parcels_total: "2" });
    });
});
