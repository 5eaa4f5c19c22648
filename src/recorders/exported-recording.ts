import { createNoopMeter } from "@opentelemetry/api";
import { Context } from "../context/context.ts";
import { currentContext, meterProviderIn, runIn } from "../context/current.ts";
import { accessors } from "../metrics/accessors.ts";
import type { Observed } from "../metrics/instruments.ts";
import type { MetricSnapshot, MetricSnapshots } from "./metric.ts";
import type { Recording } from "./recording.ts";

/**
 * The same recording; of each metric that it counts with, the snapshot is an OpenTelemetry gauge of the metric's name in the
 * recorder's instrumentation scope, with a series for each dimension. After stop each is asked as long as somebody keeps
 * the recorder, and once at least: the last collection comes later.
 */
export function exported(name: string, recording: Recording): Recording {
  const source = new LastingSource(recording);
  const gauges = new Map<string, Observed>();
  const exportNew = (metrics: Iterable<string>): void => {
    for (const metric of metrics)
      if (!gauges.has(metric)) gauges.set(metric, exportMetric(name, metric, source));
  };
  // Of whoever constructs the recorder it is only where telemetry goes, wherever a metric comes to be known.
  const own = new Context(undefined, currentContext().providers);
  const exportAll = (): void => runIn(own, () => exportNew(Object.keys(recording.snapshots())));
  // In a worker metrics are known by what it says.
  recording.whenHeard(exportAll);
  return {
    start: () => recording.start(),
    stop: async () => {
      const result = await recording.stop();
      exportAll();
      source.stop();
      if (!isMeasuredIn(own)) for (const gauge of gauges.values()) gauge.end();
      return result;
    },
    registerMetric: (metric) => {
      const registered = recording.registerMetric(metric);
      runIn(own, () => exportNew([registered]));
      return registered;
    },
    accept: (event) => recording.accept(event),
    snapshots: () => recording.snapshots(),
    snapshot: (metric) => recording.snapshot(metric),
    report: () => recording.report(),
    whenHeard: (listener) => recording.whenHeard(listener),
  };
}

/** Whether anybody collects, so that there will be a last look. */
function isMeasuredIn(context: Context): boolean {
  try {
    return meterProviderIn(context).getMeter("") !== createNoopMeter();
  } catch {
    // Another SDK's that fails.
    return false;
  }
}

function exportMetric(recorder: string, metric: string, source: LastingSource): Observed {
  const { observableGauge } = accessors(recorder);
  const gauge: Observed = observableGauge(metric, { attributeKeys: ["dimension"] }, (observe) => {
    const snapshot = source.snapshot(metric);
    if (snapshot === "gone") gauge.end();
    else
      for (const [dimension, value] of Object.entries(snapshot?.dimensions ?? {}))
        observe(value, { dimension });
  });
  return gauge;
}

/** The snapshots of a recording: once it has stopped and each was asked for, it is kept by its owner alone. */
class LastingSource {
  #recording: { deref(): Recording | undefined };
  readonly #asked = new Set<string>();
  #last: MetricSnapshots | undefined;

  constructor(recording: Recording) {
    this.#recording = { deref: () => recording };
  }

  stop(): void {
    const recording = this.#recording.deref();
    this.#last = recording?.snapshots();
    if (recording !== undefined) this.#recording = new WeakRef(recording);
  }

  /** "gone" where nobody keeps the recorder any more. */
  snapshot(metric: string): MetricSnapshot | undefined | "gone" {
    const recording = this.#recording.deref();
    if (recording !== undefined) {
      if (this.#last !== undefined) this.#asked.add(metric);
      return recording.snapshot(metric);
    }
    if (this.#asked.has(metric)) return "gone";
    this.#asked.add(metric);
    return this.#last?.[metric];
  }
}
