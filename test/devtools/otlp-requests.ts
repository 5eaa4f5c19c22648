import { LOGS, METRICS, TRACES } from "../otlp/oracle.ts";
import { traceIdOf } from "./decoded-telemetry.ts";

const RESOURCE = { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] };
const START = "1700000000000000000";
const END = "1700000000005000000";

/** An ExportTraceServiceRequest of one span, as JSON has it. */
export function traceJson(traceNumber: number, name = "GET /"): object {
  const span = { name, kind: 2, startTimeUnixNano: START, endTimeUnixNano: END, status: {} };
  const ids = { traceId: traceIdOf(traceNumber), spanId: "00000000000000ab" };
  return {
    resourceSpans: [
      { resource: RESOURCE, scopeSpans: [{ scope: { name: "test" }, spans: [{ ...span, ...ids }] }] },
    ],
  };
}

/** The same as protobuf. */
export function traceProtobuf(traceNumber: number, name = "GET /"): Uint8Array {
  const span = {
    name,
    kind: 2,
    startTimeUnixNano: fixed64(START),
    endTimeUnixNano: fixed64(END),
    status: {},
  };
  const ids = {
    traceId: Buffer.from(traceIdOf(traceNumber), "hex"),
    spanId: Buffer.from("00000000000000ab", "hex"),
  };
  const scopeSpans = [{ scope: { name: "test" }, spans: [{ ...span, ...ids }] }];
  return TRACES.encode({
    resourceSpans: [{ resource: RESOURCE, scopeSpans }],
  }).finish();
}

/** An ExportMetricsServiceRequest of one counter, as JSON has it. */
export function metricsJson(name: string, value: number): object {
  return metricsOf(name, { asDouble: value, startTimeUnixNano: START, timeUnixNano: END });
}

/** The same as protobuf. */
export function metricsProtobuf(name: string, value: number): Uint8Array {
  const point = { asDouble: value, startTimeUnixNano: fixed64(START), timeUnixNano: fixed64(END) };
  return METRICS.encode(metricsOf(name, point)).finish();
}

function metricsOf(name: string, point: object): object {
  const sum = { dataPoints: [point], aggregationTemporality: 2, isMonotonic: true };
  return {
    resourceMetrics: [
      { resource: RESOURCE, scopeMetrics: [{ scope: { name: "test" }, metrics: [{ name, sum }] }] },
    ],
  };
}

/** An ExportLogsServiceRequest of one record in a trace, and one in none, as JSON has it. */
export function logsJson(): object {
  const log = {
    severityNumber: 9,
    body: { stringValue: "paid" },
    traceId: traceIdOf(7),
    spanId: "00000000000000ab",
  };
  const event = { severityNumber: "SEVERITY_NUMBER_ERROR2", eventName: "payment.failed" };
  return logsOf({ ...log, timeUnixNano: END }, { ...event, observedTimeUnixNano: END });
}

/** The same as protobuf. */
export function logsProtobuf(): Uint8Array {
  const ids = {
    traceId: Buffer.from(traceIdOf(7), "hex"),
    spanId: Buffer.from("00000000000000ab", "hex"),
  };
  const log = { severityNumber: 9, body: { stringValue: "paid" }, timeUnixNano: fixed64(END), ...ids };
  const event = { severityNumber: 18, eventName: "payment.failed", observedTimeUnixNano: fixed64(END) };
  return LOGS.encode(logsOf(log, event)).finish();
}

function logsOf(...logRecords: object[]): object {
  return { resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ scope: { name: "test" }, logRecords }] }] };
}

/** What the generated code takes for a fixed64: two halves. */
function fixed64(digits: string): { readonly low: number; readonly high: number } {
  const value = BigInt(digits);
  return { low: Number(BigInt.asIntN(32, value)), high: Number(value >> 32n) };
}
