import { report } from "../core/diagnostics.ts";
import { LocalRecording } from "./local-recording.ts";
import { RecorderLoopUnavailableError } from "./recorder-loop-unavailable-error.ts";
import type { ClosableHost, Recording } from "./recording.ts";

/** Runs recordings in this thread. */
export class InProcessHost implements ClosableHost {
  /** Until they have stopped. */
  readonly #open = new Set<Recording>();
  #isClosed = false;

  open(name: string, maxPending: number): Recording {
    if (this.#isClosed)
      throw new RecorderLoopUnavailableError(`new MetricsRecorder("${name}")`, "one that was closed");
    const recording = new LocalRecording(name, maxPending, {
      metricFailed: (sentence) => report("metric_failed", sentence),
      paused: () => {},
      stopped: () => this.#open.delete(recording),
    });
    this.#open.add(recording);
    return recording;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#open, (recording) => recording.stop()));
  }
}
