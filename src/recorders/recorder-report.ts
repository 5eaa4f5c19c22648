/**
 * What a recorder was given, and what has become of it, in events. At any moment
 * `accepted = handled + unhandled + failed + pending`.
 *
 * @example
 * const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop"));
 * const { accepted, pending } = recorder.report();
 */
export interface RecorderReport {
  /** All that were taken. */
  readonly accepted: number;
  /** A metric said that the event was for it. */
  readonly handled: number;
  /** No metric wanted the event. */
  readonly unhandled: number;
  /** A metric threw at the event and none handled it, or it could not be brought to the worker. */
  readonly failed: number;
  /** Never taken: after stop, while too many waited, or no event at all. */
  readonly refused: number;
  /** Taken, and not yet shown to the metrics. */
  readonly pending: number;
  /** How often a metric threw, at an event or for a snapshot. */
  readonly metricFailures: number;
}
