import { contextAttributes } from "../context/attribute-variables.ts";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { activeSpanContext } from "../trace/active-span-context.ts";

/** What a log line says of where it belongs; what does not hold at the moment is not there. */
export interface LogFields {
  /** 32 lowercase hexadecimal digits.  (Specification: Trace Context in non-OTLP Log Formats) */
  trace_id?: string;
  /** 16 lowercase hexadecimal digits. */
  span_id?: string;
  /** Two hexadecimal digits: "01" where the trace is recorded. */
  trace_flags?: string;
  request_id?: string;
  correlation_id?: string;
  user_id?: string;
  /** The context variables that are declared with `attribute`, by its key. */
  [attribute: string]: unknown;
}

/**
 * The fields of this moment, for whatever logger: the active span, the current request or job, and the context variables
 * that are attributes. Never throws.
 *
 * @example
 * withSpan("work", () => console.log(Object.keys(logFields())));
 */
export function logFields(): LogFields {
  return fieldsIn(currentContext());
}

/** HOT. */
export function fieldsIn(context: Context): LogFields {
  const fields: LogFields = {};
  const operation = context.scope?.operation;
  if (operation !== undefined) {
    fields.request_id = operation.id;
    fields.correlation_id = operation.correlationId;
    if (operation.userId !== undefined) fields.user_id = operation.userId;
  }
  const span = activeSpanContext(context);
  if (span !== undefined) {
    fields.trace_id = span.traceId;
    fields.span_id = span.spanId;
    fields.trace_flags = FLAGS[span.traceFlags & 0xff] ?? "00";
  }
  const attributes = contextAttributes(context);
  // What says where a line belongs is nobody else's to say.
  return attributes === undefined ? fields : { ...withoutUndefined(attributes), ...fields };
}

const FLAGS = Array.from({ length: 256 }, (_, flags) => flags.toString(16).padStart(2, "0"));
