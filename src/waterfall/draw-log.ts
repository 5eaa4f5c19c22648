import { printable } from "../core/printable.ts";
import { shortTraceId } from "./header.ts";
import type { LogRow } from "./log-row.ts";
import { colored, plain } from "./paint.ts";

/** The rest of a longer body is left out, in UTF-16 units. */
const LONGEST_BODY = 2_000;

/** Of SeverityNumber, four numbers each. */
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
const LEVEL_COLUMNS = 5;
const LONGEST_LEVEL = 20;
const ERROR = 17;

/** One line: `12:01:02.123 INFO  shop  paid  trace 4bf92f35`; the time is that of this machine's zone. */
export function drawLog(row: LogRow, { color = false }: { readonly color?: boolean } = {}): string {
  const paint = color ? colored : plain;
  const level = levelOf(row).padEnd(LEVEL_COLUMNS);
  const { body, service, traceId } = row;
  return [
    `${paint.faint(timeText(row.time))} ${row.severityNumber >= ERROR ? paint.failure(level) : level}`,
    paint.service(printable(service), 0),
    printable(body.length > LONGEST_BODY ? `${body.slice(0, LONGEST_BODY)}…` : body),
    ...(traceId === undefined ? [] : [paint.faint(`trace ${shortTraceId(traceId)}`)]),
  ].join("  ");
}

function levelOf({ severityNumber, severityText }: LogRow): string {
  if (severityText !== "") return printable(severityText.slice(0, LONGEST_LEVEL)).toUpperCase();
  return LEVELS[Math.ceil(severityNumber / 4) - 1] ?? "";
}

function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => padded(part, 2));
  return `${parts.join(":")}.${padded(date.getMilliseconds(), 3)}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
