import { describe } from "../core/diagnostics.ts";
import type { LogRecord } from "../logs/record.ts";
import { writeLog } from "../otlp/encode-log.ts";
import { writeSpan } from "../otlp/encode-span.ts";
import type { Scoped, WriteRecord } from "../otlp/record-batch-encoder.ts";
import type { SpanRecord } from "../trace/record.ts";

/** What a batcher is to know of the records that it takes. */
export interface RecordKind<Item extends Scoped> {
  readonly write: WriteRecord<Item>;
  /** The age at which a batch leaves though it is not full, in ms. */
  readonly delay: number;
  /** How one of them is called in a sentence. */
  readonly titleOf: (record: Item) => string;
  /** How several are. */
  readonly plural: string;
  /** The variable that says how many may wait. */
  readonly queueVariable: string;
}

/** (Specification: Trace SDK, Batching processor, scheduledDelayMillis) */
export const SPANS: RecordKind<SpanRecord> = {
  write: writeSpan,
  delay: 5_000,
  titleOf: ({ name }) => `span ${describe(name)}`,
  plural: "spans",
  queueVariable: "OTEL_BSP_MAX_QUEUE_SIZE",
};

/** (Specification: Logs SDK, Batching processor, scheduledDelayMillis) */
export const LOGS: RecordKind<LogRecord> = {
  write: writeLog,
  delay: 1_000,
  titleOf: () => "a log record",
  plural: "log records",
  queueVariable: "OTEL_BLRP_MAX_QUEUE_SIZE",
};
