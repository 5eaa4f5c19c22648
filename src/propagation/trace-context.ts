import { isSpanContextValid, type SpanContext } from "@opentelemetry/api";
import { TraceState } from "./trace-state.ts";

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

/** The length of a version 00 header; later versions may only add to it. */
const VERSION_00_LENGTH = 55;

/** The flags that this version knows, sampled and random; all others are to be sent as zero. */
const KNOWN_FLAGS = 0x03;

/**
 * The remote parent that a `traceparent` header names; undefined where it is malformed. A tracestate that is
 * malformed is discarded whole and never costs the traceparent.  (W3C Trace Context Level 2, 3.2 and 3.3)
 */
export function parseTraceContext(
  traceparent: string,
  tracestate: string | undefined,
): SpanContext | undefined {
  // A header from outside may be huge: nothing beyond the part that this version knows is looked at.
  const match = HEADER.exec(traceparent.slice(0, VERSION_00_LENGTH + 1));
  if (match === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = ""] = match;
  if (version === "ff" || (version === "00" && traceparent.length !== VERSION_00_LENGTH)) return undefined;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & KNOWN_FLAGS,
    isRemote: true,
  };
  if (!isSpanContextValid(context)) return undefined;
  const traceState = tracestate === undefined ? undefined : TraceState.parse(tracestate);
  return traceState === undefined ? context : { ...context, traceState };
}

/** The `traceparent` header of a span, always version 00.  (W3C Trace Context Level 2, 3.2.2) */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId.toLowerCase()}-${spanId.toLowerCase()}-0${traceFlags & KNOWN_FLAGS}`;
}

/** The `tracestate` header of a span; empty if it has none. One that is not ours is read again before it leaves. */
export function formatTraceState({ traceState }: SpanContext): string {
  if (traceState === undefined || traceState instanceof TraceState) return traceState?.serialize() ?? "";
  return TraceState.parse(traceState.serialize())?.serialize() ?? "";
}
