import { type Attributes, type Context, trace } from "@opentelemetry/api";
import * as api from "@opentelemetry/api";
import { contextAttributes } from "../context/attribute-variables.ts";
import { currentContext, providersIn } from "../context/current.ts";
import type { LoggerProvider } from "../context/providers.ts";
import { describe, report } from "../core/diagnostics.ts";
import { withoutUndefined } from "../core/without-undefined.ts";

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

/** What `emit` of the logs API is given. */
type Given = Partial<Omit<RecordedLog, "instrumentationScope">> & { readonly context?: Context };

/** A logger provider that keeps what is emitted. */
export class RecordedLogs implements LoggerProvider {
  readonly logs: RecordedLog[] = [];

  getLogger(name: string): ReturnType<LoggerProvider["getLogger"]> {
    return {
      emit: (record) => {
        try {
          this.logs.push(recorded(record ?? {}, name));
        } catch (thrown) {
          report("invalid_argument", `a log record could not be read (${describe(thrown)})`);
        }
      },
      enabled: () => true,
    };
  }
}

function recorded(given: Given, instrumentationScope: string): RecordedLog {
  const { body, severityNumber, severityText, eventName, context = currentContext() } = given;
  const span = trace.getSpanContext(context);
  return {
    body,
    severityNumber,
    severityText,
    eventName,
    attributes: { ...withoutUndefined(contextAttributes(context) ?? {}), ...given.attributes },
    traceId: span?.traceId,
    spanId: span?.spanId,
    instrumentationScope,
  };
}

/** What the logs API knows as global: it asks the current context for each record. */
const contextualLoggers: LoggerProvider = {
  getLogger: (...scope) => {
    const current = (): ReturnType<LoggerProvider["getLogger"]> | undefined =>
      providersIn(currentContext())?.loggerProvider?.getLogger(...scope);
    return {
      emit: (record) => current()?.emit(record),
      enabled: (options) => current()?.enabled(options) ?? false,
    };
  },
};

/** Where `@opentelemetry/api-logs` keeps what is registered; version 1.10 of the API itself has a `logs` of its own. */
const API_LOGS = Symbol.for("io.opentelemetry.js.api.logs");
const home = globalThis as { [API_LOGS]?: (version: number) => unknown };

/** Leaves what is registered already. */
export function registerLoggers(): void {
  home[API_LOGS] ??= () => contextualLoggers;
  const { logs } = api as { logs?: { setGlobalLoggerProvider(provider: LoggerProvider): unknown } };
  logs?.setGlobalLoggerProvider(contextualLoggers);
}
