import type { AttributeValue } from "@opentelemetry/api";
import { describe } from "../core/diagnostics.ts";

/** What of an error is read: also of errors of another realm, and of the API's plain objects. */
interface Readable {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
}

/** The attributes of an `exception` event for whatever was thrown.  (Semantic conventions: Exceptions on spans) */
export function exceptionAttributes(thrown: unknown): Record<string, AttributeValue> {
  try {
    if (!isReadable(thrown))
      return { "exception.type": typeof thrown, "exception.message": describe(thrown) };
    const { name, code, message, stack } = thrown;
    const type = text(name) ?? text(code) ?? typeof thrown;
    const stacktrace = text(stack);
    return {
      "exception.type": type,
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
