import type {
  BatchObservableCallback,
  Meter,
  MeterProvider,
  Observable,
  ObservableCallback,
} from "@opentelemetry/api";
import {
  constants,
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
  type PerformanceObserverEntryList,
} from "node:perf_hooks";
import { VERSION } from "../core/version.ts";
import { guarded, Subscription } from "./subscription.ts";

const SCOPE = "throughline/runtime";

/** How often the delay of the event loop is sampled, in ms. */
const RESOLUTION = 10;

/** Two looks within so many ms are one. */
const SAME_TIME = 1_000;

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
  const ends = [
    measureEventLoopDelay(meter),
    measureEventLoopUse(meter),
    measureHeap(meter),
    measureGarbageCollection(meter),
  ];
  return new Subscription(() => {
    for (const end of ends) end();
  });
}

/** Of the time since the last look. */
function measureEventLoopDelay(meter: Meter): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  delays.enable();
  const look = now(() => {
    const { count, min, max, mean, stddev } = delays;
    const [p50, p90, p99] = [50, 90, 99].map((percentile) => delays.percentile(percentile));
    delays.reset();
    return count === 0 ? {} : { min, max, mean, stddev, p50, p90, p99 };
  });
  const gauges = ["min", "max", "mean", "stddev", "p50", "p90", "p99"].map(
    (name) => [name, meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { unit: "s" })] as const,
  );
  const observe: BatchObservableCallback = (result) => {
    const seen: Readonly<Record<string, number | undefined>> = look();
    for (const [name, gauge] of gauges) {
      const value = seen[name];
      if (value !== undefined) result.observe(gauge, value / PER_SECOND.nanoseconds);
    }
  };
  const observed = gauges.map(([, gauge]) => gauge);
  meter.addBatchObservableCallback(observe, observed);
  return () => {
    meter.removeBatchObservableCallback(observe, observed);
    delays.disable();
  };
}

function measureEventLoopUse(meter: Meter): () => void {
  const use = performance.eventLoopUtilization.bind(performance);
  let last = use();
  const look = now(() => {
    const current = use();
    const { utilization } = use(current, last);
    last = current;
    return utilization;
  });
  return observing([
    [
      meter.createObservableGauge("nodejs.eventloop.utilization", { unit: "1" }),
      (result) => result.observe(look()),
    ],
    [
      meter.createObservableCounter("nodejs.eventloop.time", { unit: "s" }),
      (result) => {
        const { active, idle } = use();
        result.observe(active / PER_SECOND.milliseconds, { "nodejs.eventloop.state": "active" });
        result.observe(idle / PER_SECOND.milliseconds, { "nodejs.eventloop.state": "idle" });
      },
    ],
  ]);
}

/** A look at what has been since the last one; readers that collect at the same time see the same. */
function now<Seen>(look: () => Seen): () => Seen {
  let seen = look();
  let at = -Infinity;
  return () => {
    const time = performance.now();
    if (time - at < SAME_TIME) return seen;
    at = time;
    return (seen = look());
  };
}

/** Asks each; what is returned takes them away again. */
function observing(asked: readonly (readonly [Observable, ObservableCallback])[]): () => void {
  for (const [instrument, callback] of asked) instrument.addCallback(callback);
  return () => {
    for (const [instrument, callback] of asked) instrument.removeCallback(callback);
  };
}

/** Of each space of the heap. */
function measureHeap(meter: Meter): () => void {
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
  return observing(
    Object.entries(measures).map(
      ([name, read]) => [meter.createObservableUpDownCounter(name, { unit: "By" }), observe(read)] as const,
    ),
  );
}

function measureGarbageCollection(meter: Meter): () => void {
  const advice = { explicitBucketBoundaries: [0.01, 0.1, 1, 10] };
  const duration = meter.createHistogram("v8js.gc.duration", { unit: "s", advice });
  const told = guarded("garbage collection", (list: PerformanceObserverEntryList) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: unknown } }).detail ?? {};
      const type = GC_TYPES.get(kind);
      if (type !== undefined)
        duration.record(entry.duration / PER_SECOND.milliseconds, { "v8js.gc.type": type });
    }
  });
  const observer = new PerformanceObserver(told);
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}
