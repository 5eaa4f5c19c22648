import type { ThroughlineError } from "../core/errors.ts";

/**
 * How something that was asked of a recorder has ended. `error` says by its `code` why it failed.
 *
 * @example
 * const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop"));
 * const { success, error } = await recorder.start();
 * if (!success) console.error(error.code);
 */
export type RecorderResult =
  | { readonly success: true; readonly error: undefined }
  | { readonly success: false; readonly error: ThroughlineError };

/** What has become of an event: an error where a metric threw and none handled it, or where it never got to one. */
export type Outcome = "handled" | "unhandled" | ThroughlineError;

/** One for all. */
export const SUCCESS: RecorderResult = Object.freeze({ success: true, error: undefined });

export function failure(error: ThroughlineError): RecorderResult {
  return Object.freeze({ success: false, error });
}

export function resultOf(outcome: Outcome): RecorderResult {
  return typeof outcome === "string" ? SUCCESS : failure(outcome);
}
