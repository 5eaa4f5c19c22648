import type { SpanContext } from "@opentelemetry/api";
import { contextAttributes } from "../context/attribute-variables.ts";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import type { Operation } from "../context/operation.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { activeSpanContext } from "../trace/active-span-context.ts";
import { jsonText } from "./json-line.ts";

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

/** Those that nobody else is to say; the others are of variables. */
export const PLACE_FIELDS = [
  "trace_id",
  "span_id",
  "trace_flags",
  "request_id",
  "correlation_id",
  "user_id",
] as const;

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

/** HOT. bench/measure-logs.ts: 290 → 85 ns by one literal for each case, and no check of our own spans' ids. */
export function fieldsIn(context: Context): LogFields {
  const span = activeSpanContext(context);
  const operation = context.scope?.operation;
  const fields = operation === undefined ? ofSpan(span) : ofOperation(operation, span);
  const attributes = contextAttributes(context);
  // What says where a line belongs is nobody else's to say.
  return attributes === undefined ? fields : { ...withoutUndefined(attributes), ...fields };
}

/** HOT. The same as members of an object in JSON, each behind a comma, but for the variables that are attributes. */
export function placeText(context: Context): string {
  const span = activeSpanContext(context);
  const operation = context.scope?.operation;
  const place =
    span === undefined
      ? ""
      : `,"trace_id":"${span.traceId}","span_id":"${span.spanId}","trace_flags":"${flagsOf(span)}"`;
  return operation === undefined ? place : place + operationText(operation);
}

function operationText({ id, correlationId, userId }: Operation): string {
  const ids = `,"request_id":${jsonText(id)},"correlation_id":${jsonText(correlationId)}`;
  return userId === undefined ? ids : `${ids},"user_id":${jsonText(userId)}`;
}

function ofOperation({ id, correlationId, userId }: Operation, span: SpanContext | undefined): LogFields {
  const fields: LogFields =
    span === undefined
      ? { request_id: id, correlation_id: correlationId }
      : {
          request_id: id,
          correlation_id: correlationId,
          trace_id: span.traceId,
          span_id: span.spanId,
          trace_flags: flagsOf(span),
        };
  if (userId !== undefined) fields.user_id = userId;
  return fields;
}

function ofSpan(span: SpanContext | undefined): LogFields {
  if (span === undefined) return {};
  return { trace_id: span.traceId, span_id: span.spanId, trace_flags: flagsOf(span) };
}

function flagsOf({ traceFlags }: SpanContext): string {
  return FLAGS[traceFlags & 0xff] ?? "00";
}

const FLAGS = Array.from({ length: 256 }, (_, flags) => flags.toString(16).padStart(2, "0"));
