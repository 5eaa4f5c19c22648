import type { DecodedLog, DecodedMetric, DecodedPoint, DecodedSpan } from "../../src/otlp/decoded.ts";

const NOON = 1_700_000_000_000_000_000n;
const SHOP = { "service.name": "shop" };
const SCOPE = { name: "test" };

/** A trace id of a test: the number in 32 digits. */
export function traceIdOf(number: number): string {
  return number.toString(16).padStart(32, "0");
}

/** A received span as a test needs it; times in milliseconds after an arbitrary noon. */
export function decodedSpan(trace: number, span: number, more: Partial<DecodedSpan> = {}): DecodedSpan {
  return {
    resource: SHOP,
    scope: SCOPE,
    traceId: traceIdOf(trace),
    spanId: span.toString(16).padStart(16, "0"),
    parentSpanId: "",
    traceState: "",
    flags: 1,
    name: `span ${span}`,
    kind: 1,
    startTimeUnixNano: NOON,
    endTimeUnixNano: NOON + 5_000_000n,
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: "" },
    ...more,
  };
}

export function decodedLog(more: Partial<DecodedLog> = {}): DecodedLog {
  return {
    resource: SHOP,
    scope: SCOPE,
    timeUnixNano: NOON,
    observedTimeUnixNano: NOON,
    severityNumber: 9,
    severityText: "",
    body: "paid",
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
    traceId: "",
    spanId: "",
    eventName: "",
    ...more,
  };
}

export function decodedPoint(more: Partial<DecodedPoint> = {}): DecodedPoint {
  return { attributes: {}, startTimeUnixNano: NOON, timeUnixNano: NOON, ...more };
}

export function decodedMetric(name: string, more: Partial<DecodedMetric> = {}): DecodedMetric {
  return {
    resource: SHOP,
    scope: SCOPE,
    name,
    description: "",
    unit: "",
    type: "sum",
    temporality: 2,
    isMonotonic: true,
    points: [decodedPoint({ value: 1 })],
    ...more,
  };
}
