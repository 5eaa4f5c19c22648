import type { MetricSnapshot, MetricSnapshots } from "./metric.ts";
import type { RecorderReport } from "./recorder-report.ts";
import type { RecorderResult } from "./recorder-result.ts";

/** What a MetricsRecorder asks of whatever counts for it: metrics of this thread, or those of a worker. */
export interface Recording {
  start(): Promise<RecorderResult>;
  stop(): Promise<RecorderResult>;
  /** Its name. */
  registerMetric(metric: unknown): string;
  accept(event: unknown): Promise<RecorderResult>;
  /** The reader's own. */
  snapshots(): MetricSnapshots;
  /** That of one metric; undefined where there is none of the name, or it fails to give one. */
  snapshot(metric: string): MetricSnapshot | undefined;
  report(): RecorderReport;
  /** Has `listener` called whenever snapshots have come from elsewhere. */
  whenHeard(listener: () => void): void;
}

/** Where recordings run. */
export interface RecordingHost {
  /** @throws RecorderLoopUnavailableError THR_RECORDER_LOOP_UNAVAILABLE; ThroughlineError THR_RECORDER_EXISTS */
  open(name: string, maxPending: number): Recording;
}

/** A host that comes to an end, with all its recordings. Closing never fails; calls join. */
export interface ClosableHost extends RecordingHost {
  close(): Promise<void>;
}
