// The module of a worker: it constructs a recorder for each set of metrics.
import { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";
import { METRICS, registerMetrics } from "./order-metrics.ts";

for (const name of Object.keys(METRICS)) registerMetrics(new MetricsRecorder(name));
