/** What callers give to a log record, made safe: what is wrong is reported, and never costs the record. */
import { type AnyValue, cutText, ownValue } from "../core/attribute-value.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { AttributeLimits } from "../core/limits.ts";
import { nounFor } from "../core/noun.ts";
import { exceptionMessage } from "../trace/exception.ts";
import { legible } from "./legible.ts";

const FIELDS = [
  "timestamp",
  "observedTimestamp",
  "severityNumber",
  "severityText",
  "body",
  "attributes",
  "exception",
  "eventName",
  "context",
] as const;

/** What a caller gave, each field read once. */
export type Given = { readonly [Field in (typeof FIELDS)[number]]?: unknown };

/** Of a whole body so many characters and bytes, and 8 for each other element. */
const BODY: AttributeLimits = {
  count: Infinity,
  valueLength: Infinity,
  valueDepth: 16,
  valueSize: 256 * 1024,
  standIn: legible,
};

/** Of the severity and the name of an event so many UTF-16 units. */
const LONGEST_NAME = 1_024;

/** The last of SeverityNumber, FATAL4. */
const MOST_SEVERE = 24;

/** Undefined for what is no record. */
export function readRecord(record: unknown): Given | undefined {
  if (typeof record !== "object" || record === null) {
    report("invalid_argument", `a log record was given as ${nounFor(record)}; it is an object`);
    return undefined;
  }
  const given: Record<string, unknown> = {};
  for (const field of FIELDS) {
    try {
      given[field] = (record as Given)[field];
    } catch (thrown) {
      reportUnreadable(field, thrown);
    }
  }
  return given;
}

/** 0 for what is none of SeverityNumber. */
export function severityOf(severity: unknown): number {
  if (severity === undefined || severity === null || severity === 0) return 0;
  if (Number.isInteger(severity) && (severity as number) > 0 && (severity as number) <= MOST_SEVERE)
    return severity as number;
  report("invalid_argument", "a log record was given a severityNumber that is none of 1 to 24; it has none");
  return 0;
}

/** Empty for what is no text. */
export function textOf(field: "severityText" | "eventName", text: unknown): string {
  if (typeof text === "string") return cutText(text, LONGEST_NAME);
  if (text !== undefined && text !== null)
    report("invalid_argument", `a log record was given ${nounFor(text)} as its ${field}, which is a text`);
  return "";
}

/** An error says its message: the rest of it are attributes. */
export function bodyOf(body: unknown): AnyValue | undefined {
  try {
    return isError(body) ? cutText(exceptionMessage(body), BODY.valueSize) : ownValue(body, BODY);
  } catch (thrown) {
    reportUnreadable("body", thrown);
    return undefined;
  }
}

/** False also for what cannot be asked. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

function reportUnreadable(field: string, thrown: unknown): void {
  report("invalid_argument", `the ${field} of a log record could not be read (${describe(thrown)})`);
}
