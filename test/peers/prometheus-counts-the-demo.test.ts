import { expect } from "chai";
import { type Run, runServices } from "../../examples/services.ts";
import { collected } from "./collector.ts";
import type { Held } from "./held-telemetry.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

const METRICS_ENDPOINT = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

/** Every fourth is dearer than the payments service allows. */
const ORDERS = Array.from({ length: 200 }, (_, index) => ({
  amount: index % 4 === 1 ? 1500 : 30,
  tier: index % 2 === 0 ? "gold" : "standard",
}));

describe("the demo, its metrics to Prometheus and its spans to the Collector", () => {
  let prometheus: Prometheus;
  let held: Held & { readonly result: Run };

  before(async () => {
    prometheus = await startPrometheus();
    process.env[METRICS_ENDPOINT] = prometheus.endpoint;
    held = await collected((endpoint) => runServices(endpoint, ORDERS));
  });
  after(async () => {
    delete process.env[METRICS_ENDPOINT];
    await prometheus.stop();
  });

  it("sends each to its own", () => {
    expect(held.spans).to.have.lengthOf(150 * 13 + 50 * 9);
    expect(held.metrics).to.deep.equal([]);
    for (const { metrics, spans } of held.result.reports)
      for (const { made, delivered } of [metrics, spans]) expect(delivered).to.equal(made);
  });

  it("counts the orders by outcome, and the charges by outcome and tier", async () => {
    expect(await valuesBy("orders_placed_total", "outcome")).to.deep.equal({ paid: 150, declined: 50 });
    expect(await valuesBy("payments_charges_total", "outcome", "tier")).to.deep.equal({
      "accepted gold": 100,
      "accepted standard": 50,
      "declined standard": 50,
    });
  });

  it("sums up what was asked for, with the fee of 2", async () => {
    expect(await valuesBy("payments_amount_EUR_sum", "tier")).to.deep.equal({
      gold: 100 * 32,
      standard: 50 * 32 + 50 * 1502,
    });
    expect(await valuesBy('payments_amount_EUR_bucket{tier="standard",le=~"1000|2500"}', "le")).to.deep.equal(
      {
        1000: 50,
        2500: 100,
      },
    );
  });

  it("counts the requests of each service by method and status", async () => {
    const labels = ["job", "http_request_method", "http_response_status_code"] as const;
    expect(await valuesBy("http_server_request_duration_seconds_count", ...labels)).to.deep.equal({
      "orders POST 201": 150,
      "orders POST 402": 50,
      "payments GET 200": 200,
      "payments POST 200": 150,
      "payments POST 402": 50,
    });
    expect(await valuesBy("http_client_request_duration_seconds_count", ...labels)).to.deep.equal({
      "orders GET 200": 200,
      "orders POST 200": 150,
      "orders POST 402": 50,
    });
  });

  it("knows of one instance of each service", async () => {
    expect(await valuesBy("target_info", "job", "telemetry_sdk_name")).to.deep.equal({
      "orders throughline": 1,
      "payments throughline": 1,
    });
  });

  async function valuesBy(selector: string, ...labels: readonly string[]): Promise<Record<string, number>> {
    const samples = await prometheus.query(selector);
    return Object.fromEntries(
      samples.map(({ metric, value }) => [
        labels.map((label) => metric[label]).join(" "),
        Number(value?.[1]),
      ]),
    );
  }
});
