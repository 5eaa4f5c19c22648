import { cutText, define, ownValue } from "../core/attribute-value.ts";
import { describe } from "../core/diagnostics.ts";
import { UNPRINTABLE } from "../core/printable.ts";
import type { AttributeLimits } from "../core/limits.ts";
import { exceptionAttributes } from "../trace/exception.ts";

/** In UTF-16 units. */
const LONGEST_LINE = 256 * 1024;

const LONGEST_KEY = 1_024;

const LIMITS: AttributeLimits = {
  count: 128,
  valueLength: 64 * 1024,
  valueDepth: 16,
  valueSize: 64 * 1024,
};

/** A record as one line of JSON, whatever its values are. Never throws. */
export function jsonLine(record: Readonly<Record<string, unknown>>): string {
  return printable(plain(record) ?? JSON.stringify(copied(record)));
}

/** A text in JSON, whatever is in it; of what is none, a short description. */
export function jsonText(text: unknown): string {
  return printable(JSON.stringify(typeof text === "string" ? text : describe(text)));
}

/** Beyond what JSON escapes: what moves a terminal's cursor, turns its direction, or ends a line for some readers. */
function printable(json: string): string {
  return json.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Undefined where it cannot be told as it is: it is in a cycle, throws, or is too much. */
function plain(record: object): string | undefined {
  // It would be asked for what to say in the record's place.
  if ("toJSON" in record) return undefined;
  try {
    const line = JSON.stringify(record, telling);
    return line.length > LONGEST_LINE ? undefined : line;
  } catch {
    return undefined;
  }
}

/** What JSON has no word for. */
function telling(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Error ? exceptionAttributes(value) : value;
}

/** Each field by itself, cut to the limits, until the line is full. */
function copied(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  let left = LONGEST_LINE;
  for (const key of Object.keys(record).slice(0, LIMITS.count)) {
    const field = fieldOf(record, key);
    left -= Math.min(key.length, LONGEST_KEY) + (JSON.stringify(field) ?? "").length;
    if (left < 0) break;
    define(copy, cutText(key, LONGEST_KEY), field);
  }
  return copy;
}

function fieldOf(record: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    const value = record[key];
    if (value === undefined || value === null) return value;
    if (value instanceof Error) return ownValue(exceptionAttributes(value), LIMITS);
    return ownValue(value, LIMITS) ?? describe(value).slice(0, LIMITS.valueLength);
  } catch (thrown) {
    return describe(thrown);
  }
}
