import type { Attributes, Meter, Observable } from "@opentelemetry/api";
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  InstrumentType,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import * as fc from "fast-check";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import { contextualMeterProvider } from "../../src/metrics/contextual-meter.ts";
import { recording } from "../recording.ts";

/**
 * What instruments of the API's global meter, which follow the context, hold after a program, compared with those of the
 * official provider itself. Left out, on purpose: times, which differ between two runs; the order of metrics, which is
 * that of their first use here, of their making there; measurements and attributes that are none (NaN, Infinity, objects),
 * which official keeps and ours drops.
 */
type Step =
  | {
      readonly do: "measure";
      readonly instrument: number;
      readonly value: number;
      readonly attributes: Attributes;
    }
  | { readonly do: "collect" };

const KINDS = [
  "createCounter",
  "createUpDownCounter",
  "createHistogram",
  "createGauge",
  "createObservableCounter",
  "createObservableUpDownCounter",
  "createObservableGauge",
] as const;

interface Program {
  readonly instruments: readonly { readonly kind: number; readonly name: string; readonly unit: string }[];
  readonly isDelta: boolean;
  readonly isExponential: boolean;
  readonly steps: readonly Step[];
}

const attributes = fc.dictionary(
  fc.constantFrom("a", "b", "c", "__proto__", "toString"),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 })),
  { maxKeys: 3 },
) as fc.Arbitrary<Attributes>;

const programs: fc.Arbitrary<Program> = fc.record({
  instruments: fc.uniqueArray(
    fc.record({
      kind: fc.nat({ max: KINDS.length - 1 }),
      name: fc.constantFrom("one", "two", "three", "four", "a/name.of-parts_4"),
      unit: fc.constantFrom("", "s", "By"),
    }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
  ),
  isDelta: fc.boolean(),
  isExponential: fc.boolean(),
  steps: fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant("measure" as const),
          instrument: fc.nat({ max: 4 }),
          value: fc.oneof(fc.integer({ min: -5, max: 1_000 }), fc.double({ min: -5, max: 1e6, noNaN: true })),
          attributes,
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("collect" as const) }) },
    ),
    { maxLength: 30 },
  ),
});

/** A measurement, where the instrument takes such; of an observable one, what it says from now on. */
type Measure = (value: number, attributes: Attributes) => void;

function measureOf(meter: Meter, { kind, name, unit }: Program["instruments"][number]): Measure {
  const instrument: unknown = meter[KINDS[kind] ?? "createCounter"](name, { unit });
  const { add, record, addCallback } = instrument as {
    add?: Measure;
    record?: Measure;
    addCallback?: unknown;
  };
  if (addCallback === undefined) return (...measurement) => (add ?? record)?.apply(instrument, measurement);
  const told: [number, Attributes][] = [];
  (instrument as Observable).addCallback((result) => {
    for (const [value, own] of told) result.observe(value, own);
  });
  return (value, own) => void told.push([Math.abs(value), own]);
}

async function collectedBy(
  program: Program,
  meterIn: (provider: MeterProvider) => Meter,
  isOurs: boolean,
): Promise<unknown> {
  const exporter = new InMemoryMetricExporter(
    program.isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  );
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 })],
    views: program.isExponential
      ? [
          {
            instrumentType: InstrumentType.HISTOGRAM,
            aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
          },
        ]
      : [],
  });
  const within = <Result>(fn: () => Result): Result =>
    isOurs ? runIn(new Context(undefined, recording(provider).providers), fn) : fn();
  const meter = meterIn(provider);
  const measures = within(() => program.instruments.map((instrument) => measureOf(meter, instrument)));
  for (const step of program.steps) {
    if (step.do === "collect") await provider.forceFlush();
    else within(() => measures[step.instrument]?.(step.value, { ...step.attributes }));
  }
  await provider.forceFlush();
  const collections = exporter
    .getMetrics()
    .map(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics.map(timeless).toSorted(byText)));
  await provider.shutdown();
  return collections;
}

/** In the order of their text, and without times. */
function timeless({ descriptor, dataPointType, dataPoints, aggregationTemporality }: MetricData): unknown {
  const points = dataPoints.map(({ attributes: own, value }) => ({ attributes: { ...own }, value }));
  return { descriptor, dataPointType, aggregationTemporality, points };
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

describe("instruments that follow the context, against the official ones", () => {
  it("hold the same after any program", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const ours = await collectedBy(program, () => contextualMeterProvider.getMeter("shop", "1.0"), true);
        const official = await collectedBy(program, (provider) => provider.getMeter("shop", "1.0"), false);
        expect(ours).to.deep.equal(official);
      }),
      { numRuns: 300 },
    );
  }).timeout(60_000);
});
