import { logFields, type LogFields } from "../../src/logs/log-fields.ts";

/** What a caller would have a line say in the place of telemetry. */
export const FORGED: Readonly<Record<string, string>> = {
  trace_id: "forged",
  span_id: "forged",
  trace_flags: "forged",
  request_id: "forged",
  correlation_id: "forged",
  user_id: "forged",
};

/** A line of JSON, and how often each key stands at its top, which reading it back would not say. */
export function read(line: string): {
  readonly fields: Record<string, unknown>;
  readonly repeated: readonly string[];
} {
  const keys = topKeys(line);
  return {
    fields: JSON.parse(line) as Record<string, unknown>,
    repeated: keys.filter((key, index) => keys.indexOf(key) !== index),
  };
}

function topKeys(line: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, name] of line.matchAll(/"((?:[^"\\]|\\.)*)"(?=:)|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (name !== undefined && depth === 1) keys.push(name);
  }
  return keys;
}

/** The fields of a line that say where it belongs, as far as `logFields()` gives them. */
export function placeIn(fields: Readonly<Record<string, unknown>>): LogFields {
  const names = new Set([...Object.keys(FORGED), ...Object.keys(logFields())]);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)));
}
