import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { AnyValue, AttributeMap, DecodedPoint, DecodedSpan } from "../otlp/decoded.ts";

// What V8 takes on a 64-bit machine, rounded up: a bound that counts too little is none. Text is counted at two
// bytes a character, which is what it takes if one of them lies outside Latin-1.
// Measured on Node 24 with decoded spans of many shapes: 1.4 to 3.7 times what the heap grows by.
const OBJECT = 64;
const ENTRY = 48;
const STRING = 24;
const NUMBER = 16;
/** A span's own object with its numbers, its status and empty lists, and its two entries in the store. */
const SPAN = 640;
const EVENT = 160;
const LINK = 160;
const POINT = 320;

/** Bytes of memory that a trace takes beside its spans: itself, its two maps and its entry in the store. */
export const TRACE_FOOTPRINT = 640;

/** Bytes of memory that a span takes, by estimate, without the resource and scope that it shares with others. */
export function spanFootprint(span: DecodedSpan): number {
  let bytes =
    SPAN + textFootprint(span.traceId) + textFootprint(span.spanId) + textFootprint(span.parentSpanId);
  bytes += textFootprint(span.traceState) + textFootprint(span.name) + textFootprint(span.status.message);
  bytes += valueFootprint(span.attributes);
  for (const event of span.events)
    bytes += EVENT + textFootprint(event.name) + valueFootprint(event.attributes);
  for (const link of span.links) {
    bytes += LINK + textFootprint(link.traceId) + textFootprint(link.spanId) + textFootprint(link.traceState);
    bytes += valueFootprint(link.attributes);
  }
  return bytes;
}

/** Bytes of memory that a metric point takes, by estimate. */
export function pointFootprint(point: DecodedPoint): number {
  const buckets = [
    point.bounds,
    point.bucketCounts,
    point.positive?.bucketCounts,
    point.negative?.bucketCounts,
  ];
  const counts = buckets.reduce((sum, each) => sum + (each?.length ?? 0), 0);
  return POINT + counts * NUMBER + valueFootprint(point.attributes);
}

/** Bytes of memory that an instrumentation scope takes, by estimate. */
export function instrumentationScopeFootprint(scope: InstrumentationScope): number {
  return (
    OBJECT +
    textFootprint(scope.name) +
    textFootprint(scope.version ?? "") +
    textFootprint(scope.schemaUrl ?? "")
  );
}

export function textFootprint(text: string): number {
  return STRING + 2 * text.length;
}

/** Bytes of memory that an attribute's value, or a map of attributes, takes, by estimate. */
export function valueFootprint(value: AnyValue | AttributeMap): number {
  let bytes = 0;
  const waiting: (AnyValue | AttributeMap)[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === "string") bytes += textFootprint(next);
    else if (typeof next !== "object" || next === null) bytes += NUMBER;
    else if (next instanceof Uint8Array) bytes += 2 * OBJECT + next.byteLength;
    else if (Array.isArray(next)) {
      bytes += OBJECT + ENTRY * next.length;
      for (const element of next as readonly AnyValue[]) waiting.push(element);
    } else {
      bytes += OBJECT;
      for (const [key, member] of Object.entries(next)) {
        bytes += ENTRY + textFootprint(key);
        waiting.push(member);
      }
    }
  }
  return bytes;
}
