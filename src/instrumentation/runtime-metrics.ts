import type { Meter, MeterProvider, ObservableCallback } from "@opentelemetry/api";
import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from "node:perf_hooks";
import { VERSION } from "../core/version.ts";
import { boundariesFor } from "../metrics/default-boundaries.ts";
import { Subscription } from "./subscription.ts";

const SCOPE = "throughline/runtime";

/** How often the delay of the event loop is sampled, in ms. */
const RESOLUTION = 10;

const PER_SECOND = { nanoseconds: 1e9, milliseconds: 1e3 };

/** (Semantic conventions: v8js.gc.type) */
const GC_TYPES: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weakcb"],
]);

/**
 * Measures Node and V8 until it is ended. It costs what sampling the event loop every 10 ms does.  (Semantic conventions:
 * Node.js runtime metrics, V8 JS engine runtime metrics)
 */
export function measureRuntime(meterProvider: MeterProvider): Subscription {
  const meter = meterProvider.getMeter(SCOPE, VERSION);
  const ends = [measureEventLoopDelay(meter), measureGarbageCollection(meter)];
  measureEventLoopUse(meter);
  measureHeap(meter);
  return new Subscription(() => {
    for (const end of ends) end();
  });
}

/** Of the time since the last collection. */
function measureEventLoopDelay(meter: Meter): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  delays.enable();
  const instruments = [
    ["min", () => delays.min],
    ["max", () => delays.max],
    ["mean", () => delays.mean],
    ["stddev", () => delays.stddev],
    ["p50", () => delays.percentile(50)],
    ["p90", () => delays.percentile(90)],
    ["p99", () => delays.percentile(99)],
  ] as const;
  const gauges = instruments.map(
    ([name, read]) =>
      [meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { unit: "s" }), read] as const,
  );
  meter.addBatchObservableCallback(
    (result) => {
      if (delays.count === 0) return;
      for (const [gauge, read] of gauges) result.observe(gauge, read() / PER_SECOND.nanoseconds);
      delays.reset();
    },
    gauges.map(([gauge]) => gauge),
  );
  return () => void delays.disable();
}

function measureEventLoopUse(meter: Meter): void {
  const use = performance.eventLoopUtilization.bind(performance);
  let last = use();
  meter.createObservableGauge("nodejs.eventloop.utilization", { unit: "1" }).addCallback((result) => {
    const now = use();
    result.observe(use(now, last).utilization);
    last = now;
  });
  meter.createObservableCounter("nodejs.eventloop.time", { unit: "s" }).addCallback((result) => {
    const { active, idle } = use();
    result.observe(active / PER_SECOND.milliseconds, { "nodejs.eventloop.state": "active" });
    result.observe(idle / PER_SECOND.milliseconds, { "nodejs.eventloop.state": "idle" });
  });
}

/** Of each space of the heap. */
function measureHeap(meter: Meter): void {
  // Loaded here and not above, for the few who ask.
  const { getHeapSpaceStatistics } = process.getBuiltinModule("node:v8");
  type Space = ReturnType<typeof getHeapSpaceStatistics>[number];
  const observe =
    (read: (space: Space) => number): ObservableCallback =>
    (result) => {
      for (const space of getHeapSpaceStatistics())
        result.observe(read(space), { "v8js.heap.space.name": space.space_name });
    };
  const measures: Record<string, (space: Space) => number> = {
    "v8js.memory.heap.used": (space) => space.space_used_size,
    "v8js.memory.heap.space.size": (space) => space.space_size,
    "v8js.memory.heap.space.available_size": (space) => space.space_available_size,
    "v8js.memory.heap.space.physical_size": (space) => space.physical_space_size,
  };
  for (const [name, read] of Object.entries(measures))
    meter.createObservableUpDownCounter(name, { unit: "By" }).addCallback(observe(read));
}

function measureGarbageCollection(meter: Meter): () => void {
  const duration = meter.createHistogram("v8js.gc.duration", { unit: "s", ...boundariesFor("s") });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: unknown } }).detail ?? {};
      const type = GC_TYPES.get(kind);
      if (type !== undefined)
        duration.record(entry.duration / PER_SECOND.milliseconds, { "v8js.gc.type": type });
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}
