/// <reference lib="esnext.disposable" preserve="true" />
import { requireName, ThroughlineError } from "../core/errors.ts";
import type { MetricEvent, MetricSnapshot } from "./metric.ts";
import { MetricsRecorder } from "./metrics-recorder.ts";
import { RecorderLoop } from "./recorder-loop.ts";
import {
  exportsMetrics,
  maxPendingOf,
  optionOf,
  type RecorderLoopOptions,
  type RecorderOptions,
} from "./recorder-options.ts";
import { type RecorderResult, SUCCESS } from "./recorder-result.ts";

/**
 * Where a runtime's recorders run, and how they are to be.
 *
 * @example
 * const runtime = new MetricsRuntime({ maxPending: 100_000 });
 */
export interface MetricsRuntimeOptions extends RecorderOptions, RecorderLoopOptions {
  /** The module of a worker thread that constructs the recorders; without one they run in this thread. */
  readonly worker?: URL | string;
}

/**
 * Creates recorders in a loop of its own, starts them, and stops them all together.
 *
 * @example
 * await using runtime = new MetricsRuntime();
 * const recorder = runtime.createRecorder("document_storage");
 * recorder.registerEvent({ type: "document_storage.save" });
 */
export class MetricsRuntime implements AsyncDisposable {
  readonly #loop: RecorderLoop;
  readonly #maxPending: number;
  readonly #recorders = new Map<string, MetricsRecorder>();
  #stopping: Promise<RecorderResult> | undefined;

  /** @throws RecorderLoopUnavailableError THR_RECORDER_LOOP_UNAVAILABLE where no worker can be made of `worker` */
  constructor(options?: MetricsRuntimeOptions) {
    const subject = "new MetricsRuntime(options)";
    const worker = optionOf(options, "worker", subject);
    this.#maxPending = maxPendingOf(options, subject);
    const own = { exportMetrics: exportsMetrics(options, subject) };
    this.#loop = worker === undefined ? new RecorderLoop(own) : RecorderLoop.inWorker(worker, own);
  }

  /**
   * A recorder that is started; in the worker, where there is one, the module constructs its counterpart.
   *
   * @throws ThroughlineError THR_NOT_A_NAME; THR_RECORDER_EXISTS; THR_RUNTIME_STOPPED
   */
  createRecorder<Event extends MetricEvent = MetricEvent>(name: string): MetricsRecorder<Event> {
    requireName(name, "runtime.createRecorder(name)");
    const subject = `runtime.createRecorder("${name}")`;
    if (this.#stopping !== undefined) throw new ThroughlineError("THR_RUNTIME_STOPPED", subject);
    if (this.#recorders.has(name)) throw new ThroughlineError("THR_RECORDER_EXISTS", subject);
    const recorder = this.#loop.run(() => new MetricsRecorder<Event>(name, { maxPending: this.#maxPending }));
    void recorder.start();
    this.#recorders.set(name, recorder);
    return recorder;
  }

  /** The one that was created by this name, also after stop. */
  recorder(name: string): MetricsRecorder | undefined {
    return this.#recorders.get(name);
  }

  /** Those of all recorders, by the recorder's name and then the metric's; readable after stop. */
  getMetricSnapshots(): Record<string, Record<string, MetricSnapshot>> {
    return Object.fromEntries(
      Array.from(this.#recorders, ([name, recorder]) => [name, recorder.getMetricSnapshots()]),
    );
  }

  /**
   * Stops all recorders and the loop; resolves when all that was accepted is counted. Every call gives the same result,
   * the first failure of a recorder if there is one; it never rejects.
   */
  stop(): Promise<RecorderResult> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<RecorderResult> {
    const results = await Promise.all(Array.from(this.#recorders.values(), (recorder) => recorder.stop()));
    await this.#loop[Symbol.asyncDispose]();
    return results.find(({ success }) => !success) ?? SUCCESS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
