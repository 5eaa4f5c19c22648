import { AggregationTemporality, AggregationType, InstrumentType } from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { Account } from "../../src/export/account.ts";
import { DeliveryQueue } from "../../src/export/delivery-queue.ts";
import { QueueingMetricExporter } from "../../src/export/queueing-metric-exporter.ts";
import type { Transport } from "../../src/export/outcome.ts";
import { aggregationOf, type MetricPreferences, temporalityOf } from "../../src/export/metric-preferences.ts";

const { CUMULATIVE, DELTA } = AggregationTemporality;
const { COUNTER, HISTOGRAM, OBSERVABLE_COUNTER, OBSERVABLE_UP_DOWN_COUNTER, UP_DOWN_COUNTER } =
  InstrumentType;

/** (Specification: Metrics Exporter, OTLP, which says nothing of gauges: OTLP's have no temporality) */
const INSTRUMENTS = [COUNTER, OBSERVABLE_COUNTER, HISTOGRAM, UP_DOWN_COUNTER, OBSERVABLE_UP_DOWN_COUNTER];

const TEMPORALITIES: readonly (readonly [MetricPreferences["temporality"], readonly InstrumentType[]])[] = [
  [undefined, []],
  ["cumulative", []],
  ["delta", [COUNTER, OBSERVABLE_COUNTER, HISTOGRAM]],
  ["lowmemory", [COUNTER, HISTOGRAM]],
];

const NOWHERE: Transport = {
  joinedBytes: 0,
  send: async () => ({ kind: "delivered", rejected: 0, reason: "" }),
  close: () => {},
};

/** An exporter that sends nothing, with these preferences. */
const exporterWith = (preferences?: MetricPreferences) => {
  const account = new Account();
  const queue = new DeliveryQueue(NOWHERE, account, "http://collector.test");
  return new QueueingMetricExporter({ attributes: {} }, queue, account, preferences);
};

describe("metrics are aggregated as preferred", () => {
  for (const [temporality, deltas] of TEMPORALITIES) {
    it(`${temporality ?? "without a word"}: ${deltas.join(", ") || "nothing"} as deltas`, () => {
      const expected = INSTRUMENTS.map((instrument) => (deltas.includes(instrument) ? DELTA : CUMULATIVE));
      const exporter = exporterWith({ temporality });
      expect(INSTRUMENTS.map((each) => temporalityOf(each, { temporality }))).to.deep.equal(expected);
      expect(INSTRUMENTS.map((each) => exporter.selectAggregationTemporality(each))).to.deep.equal(expected);
    });
  }

  for (const [histograms, type] of [
    [undefined, AggregationType.DEFAULT],
    ["explicit_bucket_histogram", AggregationType.DEFAULT],
    ["base2_exponential_bucket_histogram", AggregationType.EXPONENTIAL_HISTOGRAM],
  ] as const) {
    it(`${histograms ?? "without a word"}: histograms alone are of aggregation ${AggregationType[type]}`, () => {
      const exporter = exporterWith({ histograms });
      for (const instrument of Object.values(InstrumentType)) {
        const expected = { type: instrument === HISTOGRAM ? type : AggregationType.DEFAULT };
        expect(aggregationOf(instrument, { histograms })).to.deep.equal(expected);
        expect(exporter.selectAggregation(instrument)).to.deep.equal(expected);
      }
    });
  }

  it("an exporter without preferences is the specification's default", () => {
    const exporter = exporterWith();
    for (const instrument of INSTRUMENTS) {
      expect(exporter.selectAggregationTemporality(instrument)).to.equal(CUMULATIVE);
      expect(exporter.selectAggregation(instrument)).to.deep.equal({ type: AggregationType.DEFAULT });
    }
  });
});
