import type { Context } from "../context/context.ts";
import { providersIn, runIn } from "../context/current.ts";
import { isTracingSuppressed, SUPPRESSED } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";

/** What a logger has written, as a record says it. */
export interface WrittenLine {
  readonly level: string | undefined;
  /** 1 to 24.  (Specification: Logs Data Model, SeverityNumber) */
  readonly severity: number | undefined;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * A line as a record of the context's logger provider, too; where it has none, the line is not even read. What a provider
 * writes as it takes a record is none, nor is what telemetry's own work writes: it would have no end. Never throws.
 *
 * @param logger the instrumentation scope
 * @param timestamp in ms since the epoch
 */
export function emitRecord(
  logger: string,
  context: Context,
  timestamp: number,
  read: () => WrittenLine,
): void {
  if (isTracingSuppressed(context)) return;
  try {
    const target = providersIn(context)?.loggerProvider?.getLogger(logger);
    if (target === undefined) return;
    const { level, severity, body, attributes } = read();
    const record = { timestamp, severityNumber: severity, severityText: level, body, attributes, context };
    ignoreRejection(runIn(SUPPRESSED, () => target.emit(record)));
  } catch (thrown) {
    report("plugin_failed", `a logger provider failed to take a line of ${logger} (${describe(thrown)})`);
  }
}

/** A line of JSON read back: so that a record says what the line says, cut and redacted as that is. */
export function readLine(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** What the record says elsewhere. */
const SAID_BY_THE_RECORD = ["trace_id", "span_id", "trace_flags", "level"];

/** The fields of a line that are left for attributes. */
export function attributesOf(
  fields: Readonly<Record<string, unknown>>,
  ...others: readonly string[]
): Record<string, unknown> {
  const attributes = { ...fields };
  for (const name of SAID_BY_THE_RECORD.concat(others)) delete attributes[name];
  return attributes;
}
