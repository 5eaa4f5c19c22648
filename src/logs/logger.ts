import type { Context as ApiContext, HrTime, Span, TimeInput } from "@opentelemetry/api";
import { contextAttributes } from "../context/attribute-variables.ts";
import type { Context } from "../context/context.ts";
import { capture, currentContext } from "../context/current.ts";
import type { LoggerProvider } from "../context/providers.ts";
import { hasIdentity, type SpanIdentity } from "../context/span-identity.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { AttributeSet } from "../core/attributes.ts";
import type { Clocks } from "../core/clock.ts";
import { describe, report } from "../core/diagnostics.ts";
import { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { AttributeLimits } from "../core/limits.ts";
import type { Redactor } from "../core/redaction.ts";
import { activeSpanContext } from "../trace/active-span-context.ts";
import { exceptionAttributes } from "../trace/exception.ts";
import { givenTime } from "../trace/span-input.ts";
import { bodyOf, type Given, isError, readRecord, severityOf, textOf } from "./log-input.ts";
import type { LogRecord, LogSink } from "./record.ts";

/** What all loggers of one provider share. */
export interface LoggingSetup {
  readonly sink: LogSink;
  readonly limits: AttributeLimits;
  readonly clocks: Clocks;
  readonly redactor: Redactor | undefined;
}

/** Makes log records for one instrumentation scope.  (Specification: Logs API, Logger; Logs SDK, Emit a LogRecord) */
export class Logger implements ReturnType<LoggerProvider["getLogger"]> {
  readonly #instrumentationScope: InstrumentationScope;
  readonly #setup: LoggingSetup;

  constructor(instrumentationScope: InstrumentationScope, setup: LoggingSetup) {
    this.#instrumentationScope = instrumentationScope;
    this.#setup = setup;
  }

  /** HOT. A copy of the record, with the trace that it belongs to, goes on its way. Never throws. */
  emit(logRecord: object): void {
    const given = readRecord(logRecord);
    if (given === undefined) return;
    const context = contextOf(given.context);
    if (isTracingSuppressed(context)) return;
    try {
      const { sink, redactor } = this.#setup;
      const record = this.#recordOf(given, context);
      sink.accept(redactor === undefined ? record : withoutSecrets(record, redactor));
    } catch (thrown) {
      report("internal_error", `a log record was lost on its way out (${describe(thrown)})`);
    }
  }

  /** False where telemetry does its own work, of which nothing is told. */
  enabled(options?: object): boolean {
    try {
      const { context }: Given = options ?? {};
      return !isTracingSuppressed(contextOf(context));
    } catch {
      return true;
    }
  }

  #recordOf(given: Given, context: Context): LogRecord {
    const now = this.#now();
    const attributes = this.#attributesOf(given, context);
    return {
      time: timeOf(given.timestamp) ?? now,
      observedTime: timeOf(given.observedTimestamp) ?? now,
      severityNumber: severityOf(given.severityNumber),
      severityText: textOf("severityText", given.severityText),
      body: bodyOf(given.body),
      attributeList: attributes.list,
      droppedAttributesCount: attributes.dropped,
      ...traceOf(context),
      eventName: textOf("eventName", given.eventName),
      instrumentationScope: this.#instrumentationScope,
    };
  }

  /** The caller's own win over what was thrown, and both over those of context variables. */
  #attributesOf({ attributes, exception, body }: Given, context: Context): AttributeSet {
    const set = new AttributeSet(this.#setup.limits);
    const stamped = contextAttributes(context);
    if (stamped !== undefined) set.setAll(stamped);
    const thrown = exception ?? (isError(body) ? body : undefined);
    if (thrown !== undefined) set.setAll(exceptionAttributes(thrown));
    if (attributes !== undefined) set.setAll(attributes);
    this.#setup.redactor?.list(set.list);
    return set;
  }

  #now(): HrTime {
    const { clocks } = this.#setup;
    let clock = clocks.current();
    let reading = clock.read();
    if (clock.isStaleAt(reading)) {
      clock = clocks.renew();
      reading = clock.read();
    }
    return [clock.seconds(reading), clock.nanoseconds(reading)];
  }
}

/** What the record says beside its attributes. */
function withoutSecrets(record: LogRecord, redactor: Redactor): LogRecord {
  const { body, severityText, eventName } = record;
  return {
    ...record,
    body: body === undefined ? undefined : redactor.value(body),
    severityText: redactor.text(severityText),
    eventName: redactor.text(eventName),
  };
}

/** Any API context; the current one where none was given, or what is none. Never throws. */
function contextOf(context: unknown): Context {
  return context === undefined || context === null ? currentContext() : capture(context as ApiContext);
}

function timeOf(time: unknown): HrTime | undefined {
  return time === null ? undefined : givenTime(time as TimeInput | undefined, "a log record");
}

const NO_TRACE = { traceId: undefined, spanId: undefined, traceFlags: 0 } as const;

type Trace = Pick<LogRecord, "traceId" | "spanId" | "traceFlags">;

function traceOf(context: Context): Trace {
  const { span } = context;
  if (span === undefined) return NO_TRACE;
  if (isOurs(span)) return { traceId: span.traceId, spanId: span.spanId, traceFlags: span.traceFlags };
  return traceOfAnother(context);
}

/** Never throws: the span may be another SDK's. */
function isOurs(span: Span): span is Span & SpanIdentity {
  try {
    return hasIdentity(span);
  } catch {
    return false;
  }
}

function traceOfAnother(context: Context): Trace {
  const spanContext = activeSpanContext(context);
  if (spanContext === undefined) return NO_TRACE;
  return {
    traceId: TraceId.fromHex(spanContext.traceId.toLowerCase()),
    spanId: SpanId.fromHex(spanContext.spanId.toLowerCase()),
    traceFlags: spanContext.traceFlags & 0xff,
  };
}
