import type { Attributes } from "@opentelemetry/api";
import { AggregationType, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { Redactor } from "../../src/core/redaction.ts";
import type { MetricRecord } from "../../src/metrics/record.ts";
import { redactMetrics } from "../../src/metrics/redact-metrics.ts";

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

type Measurement = readonly [value: number, attributes: Attributes];

/** What the official SDK collects of these measurements, by an instrument of each kind. */
async function collected(measurements: readonly Measurement[]) {
  const reader = new Reader();
  const views = [
    { instrumentName: "exponential", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const },
  ];
  const meter = new MeterProvider({ readers: [reader], views }).getMeter("test");
  const [sum, gauge] = [meter.createUpDownCounter("sum"), meter.createGauge("gauge")];
  const [explicit, exponential] = [meter.createHistogram("explicit"), meter.createHistogram("exponential")];
  for (const [value, attributes] of measurements) {
    sum.add(value, attributes);
    gauge.record(value, attributes);
    explicit.record(value, attributes);
    exponential.record(value, attributes);
  }
  return (await reader.collect()).resourceMetrics;
}

/** Of each metric its points, but for their times. */
function points({ scopeMetrics }: { scopeMetrics: readonly { metrics: readonly MetricRecord[] }[] }): object {
  const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }) => ({ attributes, value })),
    ]),
  );
}

const MEASUREMENTS: readonly Measurement[] = [
  [1, { token: "one", kind: "a" }],
  [2_000_000, { token: "one", kind: "a" }],
  [3, { token: "two", kind: "a" }],
  [0.001, { token: "three", kind: "a" }],
  [0, { token: "three", kind: "a" }],
  [5, { token: "two", kind: "b" }],
  [7, { kind: "a" }],
  [11, { kind: "a", token: "four" }],
];

const redacted: readonly Measurement[] = MEASUREMENTS.map(([value, attributes]) => [
  value,
  "token" in attributes ? { ...attributes, token: "REDACTED" } : attributes,
]);

describe("series that differ by their secrets alone", () => {
  it("are one, as if they had been measured as one", async () => {
    const given = await collected(MEASUREMENTS);
    const before = JSON.stringify(given);
    const safe = redactMetrics(given, new Redactor());
    const wanted = await collected(redacted);
    expect(points(safe)).to.deep.equal(points(wanted));
    expect(JSON.stringify(given), "what was given").to.equal(before);
  });

  it("without secrets are what was given, the same object", async () => {
    const given = await collected([[1, { kind: "a" }]]);
    expect(redactMetrics(given, new Redactor())).to.equal(given);
  });
});
