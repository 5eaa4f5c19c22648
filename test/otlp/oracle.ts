import { createRequire } from "node:module";

export interface Message {
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
  fromObject(plain: object): unknown;
  encode(message: unknown): { finish(): Uint8Array };
}

interface Root {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: {
          readonly v1: {
            readonly ExportTraceServiceRequest: Message;
            readonly ExportTraceServiceResponse: Message;
          };
        };
        readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: Message } };
        readonly logs: { readonly v1: { readonly ExportLogsServiceRequest: Message } };
      };
    };
  };
}

// What protobufjs generated from the official .proto files, as the official exporters bring it along.
const { opentelemetry } = createRequire(import.meta.url)(
  "@opentelemetry/otlp-transformer/build/src/generated/root.js",
) as Root;

export const TRACES: Message = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
export const METRICS: Message = opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
export const LOGS: Message = opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;

export const TRACES_RESPONSE: Message = opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;

/** A message as plain objects: 64-bit integers as decimal strings, bytes as base64. */
export type Plain = Readonly<Record<string, unknown>>;

export interface PlainScope {
  readonly scope: Plain;
  readonly schemaUrl: string;
  readonly spans: readonly Plain[];
  readonly metrics: readonly Plain[];
  readonly logRecords: readonly Plain[];
}

export interface PlainRequest {
  readonly resourceSpans: readonly { readonly resource: Plain; readonly scopeSpans: readonly PlainScope[] }[];
  readonly resourceMetrics: readonly {
    readonly resource: Plain;
    readonly scopeMetrics: readonly PlainScope[];
  }[];
  readonly resourceLogs: readonly { readonly resource: Plain; readonly scopeLogs: readonly PlainScope[] }[];
}

function decode(message: Message, bytes: Uint8Array, options: object): PlainRequest {
  return message.toObject(message.decode(bytes), {
    longs: String,
    bytes: String,
    ...options,
  }) as PlainRequest;
}

/** With the default of every field that was not sent. */
export function readTraces(bytes: Uint8Array): PlainRequest {
  return decode(TRACES, bytes, { defaults: true });
}

/** The same of logs. */
export function readLogs(bytes: Uint8Array): PlainRequest {
  return decode(LOGS, bytes, { defaults: true });
}

/** Without defaults, so that it shows what was sent; lists are there even if empty. */
export function readMetrics(bytes: Uint8Array): PlainRequest {
  return decode(METRICS, bytes, { arrays: true });
}

export function writeTraces(request: object): Uint8Array {
  return TRACES.encode(TRACES.fromObject(request)).finish();
}

export function writeMetrics(request: object): Uint8Array {
  return METRICS.encode(METRICS.fromObject(request)).finish();
}
