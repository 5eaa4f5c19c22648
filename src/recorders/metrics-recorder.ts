import { requireName } from "../core/errors.ts";
import type { Metric, MetricEvent, MetricSnapshot } from "./metric.ts";
import { currentLoop } from "./recorder-loop.ts";
import { RecorderLoopUnavailableError } from "./recorder-loop-unavailable-error.ts";
import { maxPendingOf, type RecorderOptions } from "./recorder-options.ts";
import type { Recording } from "./recording.ts";
import type { RecorderReport } from "./recorder-report.ts";
import type { RecorderResult } from "./recorder-result.ts";

/**
 * Shows events to metrics, in order, in the loop that it was constructed in, and never in the stack of whoever
 * registers them. Between `start` and `stop`, which are for once; what was accepted is counted when `stop` resolves.
 *
 * @example
 * const recorder = new RecorderLoop().run(() => new MetricsRecorder<{ type: "saved" }>("document_storage"));
 * recorder.registerEvent({ type: "saved" });
 * await recorder.stop();
 */
export class MetricsRecorder<Event extends MetricEvent = MetricEvent> {
  readonly name: string;
  readonly #recording: Recording;

  /**
   * @throws RecorderLoopUnavailableError THR_RECORDER_LOOP_UNAVAILABLE outside an open loop; ThroughlineError
   * THR_NOT_A_NAME; THR_RECORDER_EXISTS for the second of a name in a worker's loop, where recorders go by it
   */
  constructor(name: string, options?: RecorderOptions) {
    requireName(name, "new MetricsRecorder(name)");
    const subject = `new MetricsRecorder("${name}")`;
    const loop = currentLoop();
    if (loop === undefined) throw new RecorderLoopUnavailableError(subject, "none");
    this.name = name;
    this.#recording = loop.open(name, maxPendingOf(options, subject));
  }

  /** From now on events are shown to the metrics, first those that wait. Never rejects. */
  start(): Promise<RecorderResult> {
    return this.#recording.start();
  }

  /**
   * Resolves when all that was accepted is counted, also if `start` was never called. Every call gives the same result;
   * it never rejects. Snapshots stay readable.
   */
  stop(): Promise<RecorderResult> {
    return this.#recording.stop();
  }

  /**
   * The metric sees what is shown from now on.
   *
   * @throws ThroughlineError THR_NOT_A_METRIC; THR_METRIC_REGISTERED; THR_RECORDER_STOPPED; THR_METRIC_IN_WORKER where
   * the loop is a worker: register there
   */
  registerMetric(metric: Metric<Event>): void {
    this.#recording.registerMetric(metric);
  }

  /**
   * Takes an event, which must not be changed afterwards; a worker gets a copy, as by structuredClone. The result need
   * not be awaited, and never rejects: success once all metrics have seen the event, also where none wanted it.
   * Otherwise `error` has a code: THR_METRIC_FAILED, THR_EVENT_NOT_CLONED or THR_RECORDER_LOOP_UNAVAILABLE where it was
   * accepted in vain; THR_RECORDER_STOPPED, THR_RECORDER_FULL, THR_NOT_AN_EVENT where it was refused.
   */
  registerEvent(event: Event): Promise<RecorderResult> {
    return this.#recording.accept(event);
  }

  /** By the metric's name, the reader's own to keep. They include every event whose result has resolved. */
  getMetricSnapshots(): Record<string, MetricSnapshot> {
    return this.#recording.snapshots();
  }

  /** The exact account of events, at any time. */
  report(): RecorderReport {
    return this.#recording.report();
  }
}
