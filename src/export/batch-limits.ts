/** The delay, in ms, of a process that has been told to end: it may do so at any moment. */
export const HURRIED_DELAY = 50;

/** When spans or log records leave in a batch, and how many may wait.  (Specification: Batching processor) */
export interface BatchLimits {
  /** The age of a batch at which it leaves though it is not full, in ms. */
  readonly delay: number;
  /** For one export, in ms. */
  readonly exportTimeout: number;
  /** Records that wait at most, those under way included; more are dropped and counted. */
  readonly queueRecords: number;
  /** Records in one batch at most. */
  readonly batchRecords: number;
}
