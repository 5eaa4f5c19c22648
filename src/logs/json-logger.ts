import { describe, quote, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { exceptionAttributes } from "../trace/exception.ts";
import { jsonLine } from "./json-line.ts";
import { type LogFields, logFields } from "./log-fields.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** More of what a line says, or what was thrown. */
export type LineFields = Readonly<Record<string, unknown>> | Error;

/** Writes a line of JSON for each call, with the trace and the request that it belongs to. Never throws. */
export interface Logger extends Readonly<Record<LogLevel, (message: string, fields?: LineFields) => void>> {
  /** One whose lines have these fields, too. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface LoggerOptions {
  /** The least that is written; default "info". */
  readonly level?: LogLevel | undefined;
  /** Takes each line, without its end; default: to stdout. */
  readonly write?: ((line: string) => void) | undefined;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/**
 * A small logger for those who have none: `time`, `level`, `message`, what the call gives, and `logFields()`, which nobody's
 * field can forge. An error among the fields, or in their place, is `exception.type`, `.message` and `.stacktrace`.
 *
 * @example
 * const logger = jsonLogger();
 * withSpan("checkout", () => logger.info("paid", { amount: 42 }));
 * logger.child({ component: "mail" }).error("not sent", new Error("no route"));
 */
export function jsonLogger(options: LoggerOptions = {}): Logger {
  const { level, write } = { ...options };
  return loggerWith({}, levelOf(level), guarded(write));
}

function loggerWith(bound: object, least: number, write: (line: string) => void): Logger {
  const writing = (level: LogLevel): Logger["info"] =>
    LEVELS.indexOf(level) < least
      ? () => {}
      : (message, fields) => write(lineOf(level, message, bound, fields));
  return {
    debug: writing("debug"),
    info: writing("info"),
    warn: writing("warn"),
    error: writing("error"),
    child: (fields) => loggerWith({ ...bound, ...readable(fields) }, least, write),
  };
}

/** What says where a line belongs is said by `logFields()`, or not at all. */
const NOBODY: LogFields = Object.fromEntries(
  ["trace_id", "span_id", "trace_flags", "request_id", "correlation_id", "user_id"].map((name) => [
    name,
    undefined,
  ]),
);

function lineOf(level: LogLevel, message: string, bound: object, fields: LineFields | undefined): string {
  const text = typeof message === "string" ? message : describe(message);
  const head = { time: new Date().toISOString(), level, message: text };
  const own = { ...head, ...NOBODY, ...logFields(), ...head };
  // Twice: it comes first, and is nobody else's to say.
  return jsonLine({ ...own, ...bound, ...readable(fields), ...own });
}

/** An error as its attributes; nothing of what cannot be read. */
function readable(fields: unknown): object {
  try {
    if (fields instanceof Error) return exceptionAttributes(fields);
    if (typeof fields !== "object" || fields === null) return {};
    const { error, ...others } = fields as { readonly error?: unknown };
    if (error instanceof Error) return { ...others, ...exceptionAttributes(error) };
    return error === undefined ? others : { ...others, error };
  } catch (thrown) {
    return { unreadable: describe(thrown) };
  }
}

function levelOf(level: unknown): number {
  const least = LEVELS.indexOf(level as LogLevel);
  if (level !== undefined && least < 0)
    report(
      "invalid_configuration",
      `the level of a logger is one of ${LEVELS.join(", ")}, and was ${quote(level)}`,
    );
  return least < 0 ? LEVELS.indexOf("info") : least;
}

/** A writer that fails costs its lines. */
function guarded(write: ((line: string) => unknown) | undefined): (line: string) => void {
  const own = typeof write === "function" ? write : writeToStdout;
  return (line) => {
    try {
      ignoreRejection(own(line), reportWrite);
    } catch (thrown) {
      reportWrite(thrown);
    }
  };
}

function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

function reportWrite(thrown: unknown): void {
  report("plugin_failed", `what writes a logger's lines failed (${describe(thrown)})`);
}
