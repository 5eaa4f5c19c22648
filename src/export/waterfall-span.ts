import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { SpanRecord } from "../trace/record.ts";
import { httpLabel } from "../waterfall/http-label.ts";
import type { WaterfallSpan } from "../waterfall/span.ts";

/** An ended span as it is drawn; a parent in another process is none here. */
export function waterfallSpan(record: SpanRecord, service: string): WaterfallSpan {
  const attribute = (key: string): string | undefined => textOf(record.attributeList, key);
  return {
    traceId: record.traceId.hex,
    spanId: record.spanId.hex,
    parentSpanId: record.isParentRemote === true ? undefined : record.parentSpanId?.hex,
    service,
    name: httpLabel(record.name, attribute),
    kind: record.kind === SpanKind.INTERNAL ? undefined : SpanKind[record.kind]?.toLowerCase(),
    start: nanoseconds(record.startSeconds, record.startNanoseconds),
    end: nanoseconds(record.endSeconds, record.endNanoseconds),
    failed: record.statusCode === SpanStatusCode.ERROR,
    note: record.statusMessage || attribute("error.type"),
  };
}

function textOf(attributes: SpanRecord["attributeList"], key: string): string | undefined {
  const index = attributes.findIndex((text, position) => position % 2 === 0 && text === key);
  const value = index < 0 ? undefined : attributes[index + 1];
  return typeof value === "string" ? value : undefined;
}

function nanoseconds(seconds: number, rest: number): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}
