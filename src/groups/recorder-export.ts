import { accessors } from "../metrics/accessors.ts";
import type { Recording } from "./recorder-recording.ts";

/**
 * The same recording; of each metric that it counts with, the snapshot is an OpenTelemetry gauge of the metric's name in the
 * recorder's instrumentation scope, with a series for each dimension. Also after stop: the last collection comes later.
 */
export function exported(name: string, recording: Recording): Recording {
  const known = new Set<string>();
  const { observableGauge } = accessors(name);
  const exportNew = (): void => {
    for (const metric of Object.keys(recording.snapshots())) {
      if (known.has(metric)) continue;
      known.add(metric);
      observableGauge(metric, { attributeKeys: ["dimension"] }, (observe) => {
        const { dimensions = {} } = recording.snapshots()[metric] ?? {};
        for (const [dimension, value] of Object.entries(dimensions)) observe(value, { dimension });
      });
    }
  };
  return {
    // In a worker the metrics are known when it has started.
    start: async () => {
      const result = await recording.start();
      exportNew();
      return result;
    },
    stop: () => recording.stop(),
    registerMetric: (metric) => {
      recording.registerMetric(metric);
      exportNew();
    },
    accept: (event) => recording.accept(event),
    snapshots: () => recording.snapshots(),
    report: () => recording.report(),
  };
}
