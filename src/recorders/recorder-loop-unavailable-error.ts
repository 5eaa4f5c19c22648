import { ThroughlineError } from "../core/errors.ts";

const CODE = "THR_RECORDER_LOOP_UNAVAILABLE";

/**
 * No loop runs what a recorder is to count: it was constructed outside any, or after its loop was closed, or the loop's
 * worker has ended. A ThroughlineError with the code THR_RECORDER_LOOP_UNAVAILABLE.
 *
 * @example
 * try { new MetricsRecorder("document_storage"); }
 * catch (error) { console.log(error.name, error.code); }
 */
export class RecorderLoopUnavailableError extends ThroughlineError {
  /** @param given what there was in the place of an open loop */
  constructor(subject: string, given?: string) {
    super(CODE, subject, given);
    this.name = "RecorderLoopUnavailableError";
  }

  /** By its code, so that the errors of another copy of this package are known too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      return super[Symbol.hasInstance](value) && (value as ThroughlineError).code === CODE;
    } catch {
      return false;
    }
  }
}
