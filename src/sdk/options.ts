import { describe, report } from "../core/diagnostics.ts";
import type { Environment, ExporterName } from "./environment.ts";

export interface StartOptions {
  /** The service's name; OTEL_SERVICE_NAME. Default: `unknown_service:node`. */
  readonly service?: string;
  /** Where telemetry goes: a collector, this terminal, nowhere; OTEL_TRACES_EXPORTER for spans. Default: `otlp`. */
  readonly exporter?: ExporterName;
  /** The collector's base URL; OTEL_EXPORTER_OTLP_ENDPOINT. Default: `http://localhost:4318`. */
  readonly endpoint?: string;
  /** Added to every request to the collector; OTEL_EXPORTER_OTLP_HEADERS. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options and environment resolved: options win, then variables, then the specification's defaults. */
export interface Settings {
  readonly service: string | undefined;
  readonly tracesExporter: ExporterName;
  readonly metricsExporter: ExporterName;
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_ENDPOINT = "http://localhost:4318";

export function resolveSettings(options: StartOptions, environment: Environment): Settings {
  const exporter = exporterOption(options.exporter);
  return {
    service: text(options.service) ?? environment.serviceName,
    tracesExporter: exporter ?? environment.tracesExporter ?? "otlp",
    metricsExporter: exporter ?? "otlp",
    endpoint: parseEndpoint(text(options.endpoint) ?? environment.endpoint ?? DEFAULT_ENDPOINT),
    headers: { ...environment.headers, ...headersOption(options.headers) },
  };
}

/** The URL of one signal below the collector's base URL.  (OTLP exporter: endpoint URLs for OTLP/HTTP) */
export function signalUrl(endpoint: URL, signal: "traces" | "metrics"): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url;
}

function parseEndpoint(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  report("invalid_configuration", `the OTLP endpoint is no http or https URL; ${DEFAULT_ENDPOINT} is used`);
  return new URL(DEFAULT_ENDPOINT);
}

function exporterOption(value: unknown): ExporterName | undefined {
  if (value === undefined || value === "otlp" || value === "console" || value === "none") return value;
  report("invalid_configuration", `exporter: ${describe(value)} is not known; otlp, console and none are`);
  return undefined;
}

function headersOption(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
