/// <reference lib="esnext.disposable" preserve="true" />
import { currentContext, runIn } from "../context/current.ts";
import { requireFunction } from "../core/errors.ts";
import { exported } from "./exported-recording.ts";
import { InProcessHost } from "./in-process-host.ts";
import { hostOfThisThread } from "./worker-side.ts";
import { exportsMetrics, type RecorderLoopOptions } from "./recorder-options.ts";
import type { ClosableHost, Recording, RecordingHost } from "./recording.ts";
import { WorkerHost } from "./worker-host.ts";

/** The context's key of the loop that `run` was called of. */
const LOOP = Symbol.for("throughline.1.recorder-loop");

/**
 * What recorders run in, owned by the application: this process, or a worker with `RecorderLoop.inWorker(url)`. It ends
 * with its block, and its recorders with it; `await using` waits until all that they accepted is counted.
 *
 * @example
 * await using loop = new RecorderLoop();
 * const recorder = loop.run(() => new MetricsRecorder("document_storage"));
 * await recorder.start();
 */
export class RecorderLoop implements Disposable, AsyncDisposable {
  readonly #host: ClosableHost;
  readonly #exportsMetrics: boolean;

  /** Of this process. */
  constructor(options?: RecorderLoopOptions);
  /** @internal */
  constructor(options: RecorderLoopOptions | undefined, host: ClosableHost);
  constructor(options?: RecorderLoopOptions, host: ClosableHost = new InProcessHost()) {
    this.#host = host;
    this.#exportsMetrics = exportsMetrics(options, "new RecorderLoop(options)");
  }

  /**
   * A loop in a worker thread. The module at `url`, also the path of a file, constructs recorders at its top level,
   * before it awaits anything, and registers their metrics; those that `run` constructs here answer to them by name.
   *
   * @throws RecorderLoopUnavailableError THR_RECORDER_LOOP_UNAVAILABLE where no worker can be made of `url`
   */
  static inWorker(url: URL | string, options?: RecorderLoopOptions): RecorderLoop {
    return new RecorderLoop(options, new WorkerHost(url));
  }

  /**
   * Calls `fn`, which may construct recorders, also after awaits.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   */
  run<Result>(fn: () => Result): Result {
    requireFunction(fn, "loop.run(fn)");
    return runIn(currentContext().setValue(LOOP, this), fn);
  }

  /** @internal `new MetricsRecorder(name)` calls it */
  open(name: string, maxPending: number): Recording {
    const recording = this.#host.open(name, maxPending);
    return this.#exportsMetrics ? exported(name, recording) : recording;
  }

  /**
   * From now on no recorder can be constructed. Resolves when all that they accepted is counted and, where there is a
   * worker, that has ended; never rejects, and may be called again.
   */
  close(): Promise<void> {
    return this.#host.close();
  }

  /** Begins to close. */
  [Symbol.dispose](): void {
    void this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The loop that this is called in, if there is any; in the module of a loop's worker it is that loop. */
export function currentLoop(): RecordingHost | undefined {
  return (currentContext().getValue(LOOP) as RecordingHost | undefined) ?? hostOfThisThread();
}
