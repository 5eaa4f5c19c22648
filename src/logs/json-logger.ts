import type { Attributes } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext, providersIn } from "../context/current.ts";
import { describe, quote, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { exceptionAttributes } from "../trace/exception.ts";
import { optionsOf } from "./bridge-options.ts";
import { attributesOf, emitRecord, readLine, type WrittenLine } from "./emit-record.ts";
import { jsonLine } from "./json-line.ts";
import { type LevelByContext, LEVELS, type LogLevel, severityOf, severityWanted } from "./level.ts";
import { fieldsIn, PLACE_FIELDS } from "./log-fields.ts";

/** More of what a line says, or what was thrown. */
export type LineFields = Readonly<Record<string, unknown>> | Error;

/** Writes a line of JSON for each call, with the trace and the request that it belongs to. Never throws. */
export interface Logger extends Readonly<Record<LogLevel, (message: string, fields?: LineFields) => void>> {
  /** One whose lines have these fields, too. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface LoggerOptions {
  /** The least that is written, or what says it at each call: by a context variable, say; default "info". */
  readonly level?: LogLevel | LevelByContext | undefined;
  /** Takes each line, without its end; default: to stdout. */
  readonly write?: ((line: string) => void) | undefined;
  /** Whether each line becomes a log record, too, which goes where telemetry goes; default false. */
  readonly records?: boolean | undefined;
}

/** What of the options a child has, too. */
interface Output {
  /** Undefined: the level is not written, whatever the context. */
  readonly isWritten: (level: LogLevel) => (() => boolean) | undefined;
  readonly write: (line: string) => void;
  readonly hasRecords: boolean;
}

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
  const { level, write, records } = optionsOf(options, "jsonLogger()");
  return loggerWith({}, { isWritten: filterBy(level), write: guarded(write), hasRecords: records === true });
}

function loggerWith(bound: object, output: Output): Logger {
  const writing = (level: LogLevel): Logger["info"] => {
    const isWritten = output.isWritten(level);
    if (isWritten === undefined) return () => {};
    return (message, fields) => {
      if (isWritten()) say(level, message, [bound, readable(fields)], output);
    };
  };
  return {
    debug: writing("debug"),
    info: writing("info"),
    warn: writing("warn"),
    error: writing("error"),
    child: (fields) => loggerWith({ ...bound, ...readable(fields) }, output),
  };
}

/** What says where a line belongs is said by `logFields()`, or not at all. */
const NOBODY = Object.fromEntries(PLACE_FIELDS.map((name) => [name, undefined]));

function say(
  level: LogLevel,
  message: string,
  [bound, fields]: readonly [object, object],
  { write, hasRecords }: Output,
): void {
  const [now, context] = [new Date(), currentContext()];
  const text = typeof message === "string" ? message : describe(message);
  const head = { time: now.toISOString(), level, message: text };
  const own = { ...head, ...NOBODY, ...fieldsIn(context), ...head };
  // Twice: it comes first, and is nobody else's to say.
  const line = withoutSecrets(jsonLine({ ...own, ...bound, ...fields, ...own }), context);
  write(line);
  if (hasRecords) emitRecord("throughline", context, now.getTime(), () => recordOf(level, line));
}

/** As it goes for all that telemetry tells: most lines have none, and are looked through once. */
function withoutSecrets(line: string, context: Context): string {
  const redactor = providersIn(context)?.redactor;
  if (redactor === undefined || redactor.text(line) === line) return line;
  return jsonLine(redactor.attributes(readLine(line) as Attributes));
}

function recordOf(level: LogLevel, line: string): WrittenLine {
  const fields = readLine(line);
  return {
    level,
    severity: severityOf(level),
    body: fields["message"],
    attributes: attributesOf(fields, "time", "message"),
  };
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

/** A level that is a text is decided once, when the logger is made. */
function filterBy(level: unknown): Output["isWritten"] {
  if (typeof level === "function") return (own) => () => isWanted(own, level as LevelByContext);
  const least = LEVELS.indexOf(levelOf(level));
  return (own) => (LEVELS.indexOf(own) < least ? undefined : () => true);
}

function isWanted(own: LogLevel, level: LevelByContext): boolean {
  return (severityOf(own) ?? 0) >= (severityWanted(level) ?? INFO);
}

const INFO = severityOf("info") ?? 0;

function levelOf(level: unknown): LogLevel {
  if (LEVELS.includes(level as LogLevel)) return level as LogLevel;
  if (level !== undefined)
    report(
      "invalid_configuration",
      `the level of a logger is one of ${LEVELS.join(", ")}, and was ${quote(level)}`,
    );
  return "info";
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
