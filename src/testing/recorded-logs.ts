import type { Attributes } from "@opentelemetry/api";
import { attributesOf } from "../core/attributes.ts";
import type { LogRecord, LogSink } from "../logs/record.ts";

/** A log record as a test sees it: with the trace that it belongs to. */
export interface RecordedLog {
  readonly body: unknown;
  /** 1 to 24: 9 is INFO, 17 ERROR.  (Specification: Logs Data Model, SeverityNumber) */
  readonly severityNumber: number | undefined;
  readonly severityText: string | undefined;
  readonly eventName: string | undefined;
  readonly attributes: Attributes;
  /** Undefined where no span was active. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly instrumentationScope: string;
}

/** Keeps what is emitted. */
export class RecordedLogs implements LogSink {
  readonly logs: RecordedLog[] = [];

  accept(record: LogRecord): void {
    this.logs.push({
      body: record.body,
      severityNumber: record.severityNumber || undefined,
      severityText: record.severityText || undefined,
      eventName: record.eventName || undefined,
      attributes: attributesOf(record.attributeList),
      traceId: record.traceId?.hex,
      spanId: record.spanId?.hex,
      instrumentationScope: record.instrumentationScope.name,
    });
  }
}
