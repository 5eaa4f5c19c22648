import type { Span } from "@opentelemetry/api";
import { currentContext } from "../context/current.ts";
import type { SpanFrame } from "../context/span-frame.ts";
import { processWide } from "../core/process-wide.ts";

/** Where an error was recorded: in which trace, and within which spans. */
interface Place {
  readonly traceId: string;
  readonly frame: SpanFrame | undefined;
}

/** By the error, as long as somebody holds it. */
const places = processWide("recorded", () => new WeakMap<object, Place>());

/** Remembers that an error was recorded here, so that the spans that it passes through do not tell it again. */
export function noteRecorded(error: unknown, span: Span): void {
  if (typeof error !== "object" || error === null) return;
  places.set(error, { traceId: span.spanContext().traceId, frame: currentContext().frame });
}

/** Whether an error that leaves `span` was recorded while it was active, or another within it. */
export function isRecordedWithin(error: unknown, span: Span): boolean {
  if (typeof error !== "object" || error === null) return false;
  const place = places.get(error);
  return (
    place?.frame !== undefined && place.traceId === span.spanContext().traceId && place.frame.isWithin(span)
  );
}
