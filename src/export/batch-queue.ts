import type { Deadline } from "../core/deadline.ts";

/** Encoded items of one signal, a whole request. */
export interface Batch {
  readonly body: Uint8Array;
  readonly items: number;
}

/** Where batches go on their way out of a telemetry. */
export interface BatchQueue {
  /** How many items are being sent. */
  readonly underWay: number;
  push(batch: Batch): void;
  /** Resolves when what was pushed has left, and at the deadline at the latest. */
  flush(deadline: Deadline): Promise<void>;
  /** A last flush; what is pushed afterwards is dropped and counted. */
  close(deadline: Deadline): Promise<void>;
}
