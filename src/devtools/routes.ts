import { decodeLogsJson } from "../otlp/decode-logs-json.ts";
import { decodeLogs } from "../otlp/decode-logs.ts";
import { decodeMetricsJson } from "../otlp/decode-metrics-json.ts";
import { decodeMetrics } from "../otlp/decode-metrics.ts";
import { decodeTracesJson } from "../otlp/decode-traces-json.ts";
import { decodeTraces } from "../otlp/decode-traces.ts";
import type { MessageFormat } from "./message-format.ts";
import { Refusal } from "./refusal.ts";
import type { TelemetryStore } from "./store.ts";

/** Decodes a body of one signal and keeps what it holds. Throws a MalformedOtlpError or a Refusal. */
export type Keep = (store: TelemetryStore, format: MessageFormat, body: Uint8Array) => void;

const KEEPS: Readonly<Record<string, Keep>> = {
  "/v1/traces": (store, format, body) =>
    store.addSpans(format === "json" ? decodeTracesJson(jsonOf(body)) : decodeTraces(body)),
  "/v1/metrics": (store, format, body) =>
    store.addMetrics(format === "json" ? decodeMetricsJson(jsonOf(body)) : decodeMetrics(body)),
  "/v1/logs": (store, format, body) =>
    store.addLogs(format === "json" ? decodeLogsJson(jsonOf(body)) : decodeLogs(body)),
};

/** What to do with a body that was sent to this URL; undefined where nothing is. */
export function keepFor(url: string): Keep | undefined {
  const [path = ""] = url.split("?", 1);
  return Object.hasOwn(KEEPS, path) ? KEEPS[path] : undefined;
}

function jsonOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new Refusal(400, "the body is not UTF-8");
  }
}
