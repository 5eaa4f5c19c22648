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
  const known = new Set<string>();
  const exportNew = (metrics: Iterable<string>): void => {
    for (const metric of metrics) {
      if (known.has(metric)) continue;
      known.add(metric);
      exportMetric(name, metric, source);
    }
  };
  return {
    // In a worker the metrics are known when it has started.
    start: async () => {
      const result = await recording.start();
      exportNew(Object.keys(recording.snapshots()));
      return result;
    },
    stop: async () => {
      const result = await recording.stop();
      exportNew(Object.keys(recording.snapshots()));
      source.stop();
      return result;
    },
    registerMetric: (metric) => {
      recording.registerMetric(metric);
      exportNew([(metric as { readonly name: string }).name]);
    },
    accept: (event) => recording.accept(event),
    snapshots: () => recording.snapshots(),
    snapshot: (metric) => recording.snapshot(metric),
    report: () => recording.report(),
  };
}

function exportMetric(recorder: string, metric: string, source: LastingSource): void {
  const { observableGauge } = accessors(recorder);
  const gauge: Observed = observableGauge(metric, { attributeKeys: ["dimension"] }, (observe) => {
    const snapshot = source.snapshot(metric);
    if (snapshot === "gone") gauge.end();
    else
      for (const [dimension, value] of Object.entries(snapshot?.dimensions ?? {}))
        observe(value, { dimension });
  });
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
