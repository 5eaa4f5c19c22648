import type { AttributeValue } from "@opentelemetry/api";
import { describe } from "../core/diagnostics.ts";

/** The attributes of an `exception` event for whatever was thrown.  (Semantic conventions: Exceptions on spans) */
export function exceptionAttributes(thrown: unknown): Record<string, AttributeValue> {
  try {
    if (!(thrown instanceof Error))
      return { "exception.type": typeof thrown, "exception.message": describe(thrown) };
    return {
      "exception.type": thrown.name,
      "exception.message": thrown.message,
      ...(typeof thrown.stack === "string" ? { "exception.stacktrace": thrown.stack } : {}),
    };
  } catch {
    return { "exception.message": describe(thrown) };
  }
}

/** What a span's status says of a thrown value. */
export function exceptionMessage(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : describe(thrown);
  } catch {
    return describe(thrown);
  }
}
