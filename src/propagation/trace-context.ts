import type { Span } from "@opentelemetry/api";
import { RemoteSpan } from "../context/remote-span.ts";
import { hasIdentity } from "../context/span-identity.ts";
import { mergedDigits } from "../core/hex.ts";
import { TraceState } from "./trace-state.ts";

/** `version-traceid-spanid-flags`: where each of the latter begins, and where the last ends. */
const [TRACE_ID, SPAN_ID, FLAGS, END] = [3, 36, 53, 55];

/** The flags that this version knows, sampled and random; all others are to be sent as zero. */
const KNOWN_FLAGS = 0x03;

/**
 * The remote parent that a `traceparent` header names; undefined where it is malformed. A tracestate that is
 * malformed is discarded whole and never costs the traceparent. Of a header from outside, which may be huge, nothing
 * beyond the part that this version knows is looked at.  (W3C Trace Context Level 2, 3.2 and 3.3)
 */
export function parseTraceContext(header: string, tracestate: string | undefined): RemoteSpan | undefined {
  if (!isTraceparent(header)) return undefined;
  return new RemoteSpan(
    header.slice(TRACE_ID, SPAN_ID - 1),
    header.slice(SPAN_ID, FLAGS - 1),
    mergedDigits(header, END - 1, END) & KNOWN_FLAGS,
    tracestate === undefined ? undefined : TraceState.parse(tracestate),
  );
}

function isTraceparent(header: string): boolean {
  return (
    mergedDigits(header, 0, TRACE_ID - 1) >= 0 &&
    mergedDigits(header, TRACE_ID, SPAN_ID - 1) > 0 &&
    mergedDigits(header, SPAN_ID, FLAGS - 1) > 0 &&
    mergedDigits(header, FLAGS, END) >= 0 &&
    header[TRACE_ID - 1] === "-" &&
    header[SPAN_ID - 1] === "-" &&
    header[FLAGS - 1] === "-" &&
    isLengthOf(header)
  );
}

/** Later versions may only add to version 00, after a dash; version ff is none. */
function isLengthOf(header: string): boolean {
  if (header.startsWith("00")) return header.length === END;
  return !header.startsWith("ff") && (header.length === END || header[END] === "-");
}

/**
 * The `traceparent` header of a span, always version 00; undefined for an invalid span context. Ids of other makers may
 * be in capitals.  (W3C Trace Context Level 2, 3.2.2)
 */
export function formatTraceparent(span: Span): string | undefined {
  if (hasIdentity(span)) return traceparentText(span.traceId.hex, span.spanId.hex, span.traceFlags);
  const { traceId, spanId, traceFlags } = span.spanContext();
  const trace = idText(traceId, 32);
  const id = idText(spanId, 16);
  return trace === undefined || id === undefined ? undefined : traceparentText(trace, id, traceFlags);
}

function traceparentText(traceId: string, spanId: string, traceFlags: number): string {
  return `00-${traceId}-${spanId}-0${traceFlags & KNOWN_FLAGS}`;
}

function idText(id: unknown, length: number): string | undefined {
  if (typeof id !== "string" || id.length !== length) return undefined;
  const lower = id.toLowerCase();
  return mergedDigits(lower, 0, length) > 0 ? lower : undefined;
}

/** The `tracestate` header of a span; empty if it has none. One that is not ours is read again before it leaves. */
export function formatTraceState(span: Span): string {
  const traceState = hasIdentity(span) ? span.inheritedState : span.spanContext().traceState;
  if (traceState === undefined) return "";
  const own = traceState instanceof TraceState ? traceState : TraceState.parse(traceState.serialize());
  return own?.serialize() ?? "";
}
