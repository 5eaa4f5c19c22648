import { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { suppressed } from "../context/suppression.ts";
import { ThroughlineError } from "../core/errors.ts";
import type { MetricSnapshot, MetricSnapshots } from "./metric.ts";
import { EventIntake, type WaitingEvent } from "./event-intake.ts";
import { RegisteredMetrics } from "./registered-metrics.ts";
import type { Recording } from "./recording.ts";
import type { RecorderReport } from "./recorder-report.ts";
import { failure, type RecorderResult, SUCCESS } from "./recorder-result.ts";
import { type SlicedWork, wake } from "./sliced-work.ts";

/** Who runs a recording, and hears of it. */
export interface RecordingListener {
  metricFailed(sentence: string): void;
  /** After each slice of events. */
  paused(): void;
  /** It has counted everything, and comes to nothing new. */
  stopped(): void;
}

/** Counts events with metrics of this thread. */
export class LocalRecording implements Recording, SlicedWork {
  /** Nobody's, but for where telemetry goes: what a metric measures goes where the recorder was constructed. */
  readonly context: Context = suppressed(new Context(undefined, currentContext().providers));
  readonly #name: string;
  readonly #listener: RecordingListener;
  readonly #intake: EventIntake;
  readonly #metrics: RegisteredMetrics;
  #isStarted = false;
  #stopping: Promise<RecorderResult> | undefined;
  #finish: (() => void) | undefined;

  constructor(name: string, maxPending: number, listener: RecordingListener) {
    this.#name = name;
    this.#listener = listener;
    this.#intake = new EventIntake(name, maxPending);
    this.#metrics = new RegisteredMetrics(name, (sentence) => listener.metricFailed(sentence));
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  async start(): Promise<RecorderResult> {
    if (this.isStopping) return failure(this.#stopped("start()"));
    this.#begin();
    return SUCCESS;
  }

  stop(): Promise<RecorderResult> {
    this.#stopping ??= new Promise((resolve) => {
      this.#finish = () => resolve(SUCCESS);
      this.#intake.close(this.#stopped("registerEvent(event)"));
      this.#begin();
    });
    return this.#stopping;
  }

  registerMetric(metric: unknown): string {
    if (this.isStopping) throw this.#stopped("registerMetric(metric)");
    return this.#metrics.register(metric, `"${this.#name}".registerMetric(metric)`);
  }

  accept(event: unknown): Promise<RecorderResult> {
    const result = this.#intake.accept(event);
    if (this.#isStarted) wake(this);
    return result;
  }

  /** For events that another thread has accepted already. */
  admit(events: readonly WaitingEvent[]): void {
    for (const event of events) this.#intake.admit(event);
    if (this.#isStarted) wake(this);
  }

  snapshots(): MetricSnapshots {
    return this.#metrics.snapshots();
  }

  snapshot(metric: string): MetricSnapshot | undefined {
    return this.#metrics.snapshot(metric);
  }

  report(): RecorderReport {
    return this.#intake.report(this.#metrics.failures);
  }

  whenHeard(): void {}

  step(): boolean {
    const waiting = this.#intake.next();
    if (waiting === undefined) return false;
    this.#intake.answer(waiting, this.#metrics.offer(waiting.event));
    return true;
  }

  pause(): void {
    this.#listener.paused();
    if (this.#finish === undefined || this.#intake.pending > 0) return;
    this.#listener.stopped();
    this.#finish();
    this.#finish = undefined;
  }

  #begin(): void {
    this.#isStarted = true;
    wake(this);
  }

  #stopped(call: string): ThroughlineError {
    return new ThroughlineError("THR_RECORDER_STOPPED", `"${this.#name}".${call}`);
  }
}
