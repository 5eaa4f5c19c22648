import type { AttributeValue } from "@opentelemetry/api";
import { describe } from "../core/diagnostics.ts";

/** What of an error is read: also of errors of another realm, and of the API's plain objects. */
interface Readable {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Errors that one stack trace tells at most: what was thrown, its causes, and the errors that it gathers. */
const LONGEST_CHAIN = 16;

/** The attributes of an `exception` event for whatever was thrown.  (Semantic conventions: Exceptions on spans) */
export function exceptionAttributes(thrown: unknown): Record<string, AttributeValue> {
  try {
    if (!isReadable(thrown))
      return { "exception.type": typeof thrown, "exception.message": describe(thrown) };
    const { name, code, message } = thrown;
    const stacktrace = stackTrace(thrown);
    return {
      "exception.type": text(name) ?? text(code) ?? typeof thrown,
      "exception.message": text(message) ?? "",
      ...(stacktrace === undefined ? {} : { "exception.stacktrace": stacktrace }),
    };
  } catch {
    return { "exception.message": describe(thrown) };
  }
}

/** What a span's status says of a thrown value. */
export function exceptionMessage(thrown: unknown): string {
  try {
    return isReadable(thrown) ? (text(thrown.message) ?? "") : describe(thrown);
  } catch {
    return describe(thrown);
  }
}

/** By what a thrown value is told from others: a code such as ECONNREFUSED, a name such as TypeError, and its cause. */
export function errorNames(thrown: unknown): {
  readonly code?: string | undefined;
  readonly name?: string | undefined;
  readonly cause?: unknown;
} {
  try {
    if (!isReadable(thrown)) return {};
    const { code, name, cause } = thrown;
    // Those of a DOMException are numbers, which say nothing.
    return { code: typeof code === "string" ? code : undefined, name: text(name), cause };
  } catch {
    return {};
  }
}

/** The stack of what was thrown; below it those of its causes, and of the errors that an AggregateError gathers. */
function stackTrace(thrown: Readable): string | undefined {
  const chapters: string[] = [];
  const told = new Set<unknown>();
  const tell = (title: string, error: unknown): void => {
    if (error === undefined || error === null || told.has(error) || told.size >= LONGEST_CHAIN) return;
    told.add(error);
    const stack = isReadable(error) ? text(error.stack) : undefined;
    if (stack !== undefined || title !== "") chapters.push(title + (stack ?? describe(error)));
    if (!isReadable(error)) return;
    tell("Caused by: ", error.cause);
    if (Array.isArray(error.errors))
      for (const gathered of error.errors.slice(0, LONGEST_CHAIN)) tell("Gathered: ", gathered);
  };
  try {
    tell("", thrown);
  } catch {
    // A getter that throws ends the tale; what was told until then stays.
  }
  return chapters.length === 0 ? undefined : chapters.join("\n");
}

function isReadable(thrown: unknown): thrown is Readable {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    ("message" in thrown || "name" in thrown || "code" in thrown)
  );
}

function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
