import { runSuppressed } from "../context/suppression.ts";
import { report } from "../core/diagnostics.ts";
import { type ErrorCode, ThroughlineError } from "../core/errors.ts";
import { copyOfSnapshot, copyOfSnapshots, type MetricSnapshot, type MetricSnapshots } from "./metric.ts";
import { Fifo } from "./fifo.ts";
import { EventIntake } from "./event-intake.ts";
import type { Answer, Progress, Request } from "./messages.ts";
import { RecorderLoopUnavailableError } from "./recorder-loop-unavailable-error.ts";
import { metricFailed } from "./registered-metrics.ts";
import { EventPoster } from "./event-poster.ts";
import type { Recording } from "./recording.ts";
import type { RecorderReport } from "./recorder-report.ts";
import { failure, type Outcome, type RecorderResult, SUCCESS } from "./recorder-result.ts";
import { type SlicedWork, wake } from "./sliced-work.ts";

/** The way to the worker, for one recording. */
export interface WorkerLink {
  /** Throws where the request cannot be copied. */
  post(request: Request): void;
  /** Whether the recording waits for an answer: so long the process is to live on. */
  busy(isBusy: boolean): void;
}

/** A promise, and the way to settle it. */
class Asked {
  readonly promise: Promise<RecorderResult>;
  settle: (result: RecorderResult) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => (this.settle = resolve));
  }
}

/** In nobody's context: below Node 24 a promise keeps what it was made in, and these are kept. */
function asked(): Asked {
  return runSuppressed(() => new Asked());
}

/** Counts events with the metrics of the recorder in a worker that has the same name. */
export class RemoteRecording implements Recording, SlicedWork {
  readonly #name: string;
  readonly #link: WorkerLink;
  readonly #intake: EventIntake;
  readonly #poster: EventPoster;
  /** What the worker has said, and its answers that are not yet passed on. */
  readonly #progress = new Fifo<Progress>();
  #answers: Iterator<Answer> | undefined;
  #starting: Asked | undefined;
  #stopping: Asked | undefined;
  #isStarted = false;
  #isStopPosted = false;
  #isStopped = false;
  #lost: ThroughlineError | undefined;
  #snapshots: MetricSnapshots = {};
  #metricFailures = 0;
  #whenHeard = (): void => {};

  constructor(name: string, maxPending: number, link: WorkerLink) {
    this.#name = name;
    this.#link = link;
    this.#intake = new EventIntake(name, maxPending);
    this.#poster = new EventPoster(
      this.#intake,
      (events) => link.post({ kind: "events", name, events }),
      () => this.#error("THR_EVENT_NOT_CLONED", "registerEvent(event)"),
    );
  }

  async start(): Promise<RecorderResult> {
    if (this.#lost !== undefined) return failure(this.#lost);
    if (this.#stopping !== undefined) return failure(this.#error("THR_RECORDER_STOPPED", "start()"));
    return this.#begin();
  }

  stop(): Promise<RecorderResult> {
    if (this.#stopping === undefined) {
      this.#stopping = asked();
      if (this.#lost === undefined)
        this.#intake.close(this.#error("THR_RECORDER_STOPPED", "registerEvent(event)"));
      void this.#begin();
    }
    return this.#stopping.promise;
  }

  registerMetric(): never {
    throw this.#error("THR_METRIC_IN_WORKER", "registerMetric(metric)");
  }

  accept(event: unknown): Promise<RecorderResult> {
    const result = this.#intake.accept(event);
    if (this.#starting !== undefined) wake(this);
    return result;
  }

  snapshots(): MetricSnapshots {
    return copyOfSnapshots(this.#snapshots);
  }

  snapshot(metric: string): MetricSnapshot | undefined {
    const snapshot = Object.hasOwn(this.#snapshots, metric) ? this.#snapshots[metric] : undefined;
    return snapshot && copyOfSnapshot(snapshot);
  }

  report(): RecorderReport {
    return this.#intake.report(this.#metricFailures);
  }

  whenHeard(listener: () => void): void {
    this.#whenHeard = listener;
  }

  /** What the worker has counted. */
  heard(progress: Progress): void {
    this.#progress.push(progress);
    wake(this);
  }

  /** There is no counterpart any more: what waits fails, and nothing new is accepted. False where that is no news. */
  lose(error: ThroughlineError): boolean {
    if (this.#isStopped || this.#lost !== undefined) return false;
    this.#lost = error;
    this.#intake.close(error);
    wake(this);
    return true;
  }

  /** Hears first: what a worker has said is true, also where it has ended since. */
  step(): boolean {
    if (this.#hearOne()) return true;
    if (this.#lost !== undefined) return this.#giveUpOne(this.#lost);
    if (this.#isStopped) return this.#finish();
    if (this.#poster.postBatch()) return true;
    if (this.#stopping !== undefined && !this.#isStopPosted) {
      this.#isStopPosted = true;
      this.#link.post({ kind: "stop", name: this.#name });
    }
    return false;
  }

  pause(): void {
    const isStarting = this.#starting !== undefined && !this.#isStarted;
    const isStopping = this.#isStopPosted && !this.#isStopped;
    const isWaiting = isStarting || isStopping || this.#poster.hasUnanswered;
    this.#link.busy(this.#lost === undefined && isWaiting);
  }

  #begin(): Promise<RecorderResult> {
    if (this.#starting === undefined) {
      this.#starting = asked();
      if (this.#lost === undefined) this.#link.post({ kind: "start", name: this.#name });
      this.pause();
    }
    wake(this);
    return this.#starting.promise;
  }

  /** Passes one answer on, or turns to what the worker has said next; false when it has said no more. */
  #hearOne(): boolean {
    const next = this.#answers?.next();
    if (next?.done === false) this.#poster.answer(this.#outcomeOf(next.value));
    else {
      this.#answers = undefined;
      const progress = this.#progress.shift();
      if (progress === undefined) return false;
      this.#take(progress);
    }
    return true;
  }

  /** The snapshots before the answers: who hears of an event may ask for them. */
  #take({ answers, snapshots, failures, failure: sentence, act }: Progress): void {
    this.#answers = answers[Symbol.iterator]();
    this.#snapshots = snapshots;
    this.#whenHeard();
    this.#metricFailures += failures;
    if (failures > 0) report("metric_failed", sentence, failures);
    if (act === "started") {
      this.#isStarted = true;
      this.#starting?.settle(SUCCESS);
    }
    if (act === "stopped" && this.#isStopPosted) this.#isStopped = true;
  }

  #outcomeOf(answer: Answer): Outcome {
    if (typeof answer === "string") return metricFailed(this.#name, answer);
    return answer ? "handled" : "unhandled";
  }

  /** When there is none left, the last is said. */
  #giveUpOne(error: ThroughlineError): boolean {
    if (this.#poster.giveUpOne(error)) return true;
    this.#starting?.settle(failure(error));
    this.#stopping?.settle(failure(error));
    return false;
  }

  /** By now the worker has answered all that it ever will. */
  #finish(): boolean {
    if (this.#poster.hasUnanswered)
      return this.#poster.giveUpOne(
        new RecorderLoopUnavailableError(`recorder "${this.#name}"`, "a worker that did not answer"),
      );
    this.#stopping?.settle(SUCCESS);
    return false;
  }

  #error(code: ErrorCode, call: string): ThroughlineError {
    return new ThroughlineError(code, `"${this.#name}".${call}`);
  }
}
