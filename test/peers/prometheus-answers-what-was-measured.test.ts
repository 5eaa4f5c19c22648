import { expect } from "chai";
import { readFileSync } from "node:fs";
import { runProgram } from "./program.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

/** Labels that each series of the program has: the resource's, and those of who measured. */
const RESOURCE = { instance: "shop-1", service_version: "1.2.0" };
const LIBRARY = {
  ...RESOURCE,
  otel_scope_name: "acme-shop",
  otel_scope_version: "2.3.4",
  otel_scope_schema_url: "https://example.test/schema",
};

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const OURS = { ...RESOURCE, otel_scope_name: "throughline", otel_scope_version: version };

const WAYS = [
  { job: "protobuf", environment: {} },
  {
    job: "json",
    environment: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" },
  },
];

describe("Prometheus", () => {
  let prometheus: Prometheus;

  before(async () => {
    prometheus = await startPrometheus();
  });
  after(() => prometheus.stop());

  for (const { job, environment } of WAYS)
    describe(`sent ${job}`, () => {
      before(async () => {
        const { report, errors } = await runProgram("metric-program.ts", {
          OTEL_SERVICE_NAME: job,
          OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: prometheus.endpoint,
          ...environment,
        });
        expect(errors).to.equal("");
        expect(report.metrics).to.include({ made: 18, delivered: 18 });
      });

      it("answers counters as totals, with their unit in the name", async () => {
        expect(await seriesOf(prometheus, job, "shop_orders_total")).to.have.deep.members([
          { ...OURS, currency: "EUR", value: 5 },
          { ...OURS, currency: "USD", vip: "true", value: 1 },
        ]);
        expect(await seriesOf(prometheus, job, "shop_weight_kg_total")).to.deep.equal([
          { ...LIBRARY, value: 1.75 },
        ]);
        expect(await seriesOf(prometheus, job, "shop_sent_bytes_total")).to.deep.equal([
          { ...LIBRARY, value: 1500 },
        ]);
      });

      it("answers what goes up and down, and gauges, as they were last", async () => {
        expect(await seriesOf(prometheus, job, "shop_queue")).to.deep.equal([{ ...LIBRARY, value: -1 }]);
        expect(await seriesOf(prometheus, job, "shop_shelves")).to.deep.equal([{ ...LIBRARY, value: -4 }]);
        expect(await seriesOf(prometheus, job, "shop_temperature_celsius")).to.deep.equal([
          { ...LIBRARY, room: "cellar", value: -2.5 },
        ]);
        expect(await seriesOf(prometheus, job, "shop_light_ratio")).to.deep.equal([
          { ...LIBRARY, lamp____ta: "true", floors: '["1","2"]', value: 0.25 },
        ]);
      });

      it("answers a histogram's count, sum and cumulative buckets", async () => {
        const own = { ...LIBRARY, till: "7" };
        expect(await seriesOf(prometheus, job, "shop_checkout_duration_seconds_count")).to.deep.equal([
          { ...own, value: 6 },
        ]);
        expect(await seriesOf(prometheus, job, "shop_checkout_duration_seconds_sum")).to.deep.equal([
          { ...own, value: 6.3 },
        ]);
        expect(await seriesOf(prometheus, job, "shop_checkout_duration_seconds_bucket")).to.have.deep.members(
          [
            { ...own, le: "0.1", value: 2 },
            { ...own, le: "0.5", value: 3 },
            { ...own, le: "1", value: 5 },
            { ...own, le: "+Inf", value: 6 },
          ],
        );
      });

      it("answers what the service is, once", async () => {
        const [target, ...others] = await seriesOf(prometheus, job, "target_info");
        expect(others).to.deep.equal([]);
        expect(target).to.include({
          ...RESOURCE,
          shop_floors: "3",
          telemetry_sdk_name: "throughline",
          telemetry_sdk_language: "nodejs",
          value: 1,
        });
      });
    });

  it("answers exponential histograms as native ones, each value in its bucket", async () => {
    const { report } = await runProgram("metric-program.ts", {
      OTEL_SERVICE_NAME: "exponential",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: prometheus.endpoint,
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "base2_exponential_bucket_histogram",
    });
    expect(report.metrics).to.include({ made: 18, delivered: 18 });
    const selector = 'shop_checkout_duration_seconds{job="market/exponential"}';
    const [sample, ...others] = await prometheus.query(selector);
    expect(others).to.deep.equal([]);
    const [, histogram] = sample?.histogram ?? [];
    expect(histogram).to.include({ count: "6", sum: "6.3" });
    const buckets = histogram?.buckets ?? [];
    expect(buckets.map(([, , , count]) => count)).to.deep.equal(["1", "1", "1", "1", "1", "1"]);
    const values = [0, 0.05, 0.5, 0.75, 1, 4];
    const holding = buckets.map(([, from, to]) =>
      values.filter((value) => Number(from) < value && value <= Number(to)),
    );
    expect(holding).to.deep.equal(values.map((value) => [value]));
    const [third] = await prometheus.query(`histogram_quantile(0.4, ${selector})`);
    expect(Number(third?.value?.[1])).to.be.within(0.47, 0.5);
  });

  it("refuses deltas, which the account and stderr say, and holds nothing of them", async () => {
    const { report, errors } = await runProgram("metric-program.ts", deltas(prometheus));
    expect(report.metrics).to.include({ made: 17, delivered: 0, rejected: 17, pending: 0 });
    expect(report.troubles).to.deep.equal({ collector_rejects: 2 });
    expect(errors).to.match(
      /^throughline: .* refuses telemetry for good: .*invalid temporality .*shop\.orders.*\n$/,
    );
    expect(await prometheus.query('{job="market/deltas"}')).to.deep.equal([]);
  });

  it("adds deltas up where it is told to", async () => {
    const adding = await startPrometheus("otlp-deltatocumulative");
    try {
      const { report, errors } = await runProgram("metric-program.ts", deltas(adding));
      expect(errors).to.equal("");
      expect(report.metrics).to.include({ made: 17, delivered: 17 });
      const values = async (name: string): Promise<readonly unknown[]> =>
        (await seriesOf(adding, "deltas", name)).map((each) => Reflect.get(each, "value"));
      expect(await values("shop_orders_total")).to.have.members([5, 1]);
      expect(await values("shop_weight_kg_total")).to.deep.equal([1.75]);
      expect(await values("shop_sent_bytes_total")).to.deep.equal([1500]);
      expect(await values("shop_queue")).to.deep.equal([-1]);
      expect(await values("shop_checkout_duration_seconds_sum")).to.deep.equal([6.3]);
      expect(await values("shop_checkout_duration_seconds_count")).to.deep.equal([6]);
    } finally {
      await adding.stop();
    }
  });
});

function deltas({ endpoint }: Prometheus): NodeJS.ProcessEnv {
  return {
    OTEL_SERVICE_NAME: "deltas",
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
  };
}

/** The labels and the value of each series of one program. */
async function seriesOf(prometheus: Prometheus, job: string, name: string): Promise<readonly object[]> {
  const samples = await prometheus.query(`${name}{job="market/${job}"}`);
  return samples.map(({ metric: { __name__: _name, job: _job, ...labels }, value }) =>
    Object.assign(labels, { value: Number(value?.[1]) }),
  );
}
