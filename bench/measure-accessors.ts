// What one measurement takes, in a process of its own: node bench/measure-accessors.ts <ours|official> <add|record|bound> <0|3|8>
import type { Attributes } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { setImmediate as turn } from "node:timers/promises";
import { counter, histogram, start } from "throughline";
import { cpuOf } from "./thread-cpu.ts";

const CALLS = 1_000_000;
const CALLS_PER_TURN = 1_000;

const [side, kind, count] = process.argv.slice(2);

const meterProvider = new MeterProvider({
  readers: [
    new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
      exportIntervalMillis: 2 ** 31 - 1,
    }),
  ],
});
start({ exporter: "none", meterProvider, http: false });
const meter = meterProvider.getMeter("bench");

/** Fresh literals with rotating values, as they are written where something is measured. */
const ATTRIBUTES: Readonly<Record<string, (index: number) => Attributes | undefined>> = {
  0: () => undefined,
  3: (index) => ({ method: "GET", status: 200 + (index & 3), cached: true }),
  8: (index) => ({
    method: "GET",
    status: 200 + (index & 3),
    cached: true,
    region: "eu-west-1",
    tier: "gold",
    route: "/orders",
    version: 7,
    zone: "a",
  }),
};
const attributes = ATTRIBUTES[count ?? ""] ?? (() => undefined);

function measurement(): (index: number) => void {
  if (kind === "record") {
    const own = side === "ours" ? histogram("bench.record") : meter.createHistogram("bench.record");
    return (index) => own.record(index & 1023, attributes(index));
  }
  const own = side === "ours" ? counter("bench.add") : meter.createCounter("bench.add");
  if (kind === "add") return (index) => own.add(1, attributes(index));
  const fixed = attributes(1) ?? {};
  if (side !== "ours") return () => own.add(1, fixed);
  const bound = counter("bench.add").bind(fixed);
  return () => bound.add(1);
}

async function run(call: (index: number) => void, calls: number): Promise<void> {
  for (let made = 0; made < calls; made += CALLS_PER_TURN) {
    for (let index = 0; index < CALLS_PER_TURN; index++) call(index);
    await turn();
  }
}

const call = measurement();
await run(call, CALLS / 4);
const nanoseconds = await cpuOf(() => run(call, CALLS));
process.send?.({ nanoseconds: nanoseconds / CALLS, made: 0 });
if (process.connected) process.disconnect();
