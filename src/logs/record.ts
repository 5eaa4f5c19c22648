import type { HrTime } from "@opentelemetry/api";
import type { AnyValue } from "../core/attribute-value.ts";
import type { AttributeList } from "../core/attributes.ts";
import type { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";

/** A log record as its sink sees it: a copy of what was given, within limits.  (Specification: Logs Data Model) */
export interface LogRecord {
  readonly time: HrTime;
  readonly observedTime: HrTime;
  /** 1 to 24: 9 is INFO, 17 ERROR; 0 where none was given. */
  readonly severityNumber: number;
  /** Empty where none was given. */
  readonly severityText: string;
  readonly body: AnyValue | undefined;
  readonly attributeList: Readonly<AttributeList>;
  readonly droppedAttributesCount: number;
  /** Undefined, as the span's, where no span was active. */
  readonly traceId: TraceId | undefined;
  readonly spanId: SpanId | undefined;
  /** W3C trace flags of that span, one byte. */
  readonly traceFlags: number;
  /** What kind of event this is; empty where it is none. */
  readonly eventName: string;
  readonly instrumentationScope: InstrumentationScope;
}

/** Where log records go. Must not throw. */
export interface LogSink {
  accept(record: LogRecord): void;
}
