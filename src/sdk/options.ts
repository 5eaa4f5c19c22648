import { describe, report } from "../core/diagnostics.ts";
import type { Environment, ExporterName } from "./environment.ts";
import { wellFormedHeaders } from "./headers.ts";

export interface StartOptions {
  /** The service's name; OTEL_SERVICE_NAME. Default: `unknown_service:node`. */
  readonly service?: string;
  /** Where telemetry goes: a collector, this terminal, nowhere; OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER. Default: `otlp`. */
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

/** Every name in StartOptions: a misspelt one would be passed over in silence. */
const NAMES = new Set([
  "service",
  "exporter",
  "endpoint",
  "headers",
] satisfies (keyof StartOptions)[]) as ReadonlySet<string>;

export function resolveSettings(options: StartOptions, environment: Environment): Settings {
  const exporter = exporterOption(options.exporter);
  reportUnknown(options);
  return {
    service: text("service", options.service) ?? environment.serviceName,
    tracesExporter: exporter ?? environment.tracesExporter ?? "otlp",
    metricsExporter: exporter ?? environment.metricsExporter ?? "otlp",
    endpoint: parseEndpoint(text("endpoint", options.endpoint) ?? environment.endpoint ?? DEFAULT_ENDPOINT),
    headers: { ...environment.headers, ...headersOption(options.headers) },
  };
}

function reportUnknown(options: object): void {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
  if (unknown.length === 0) return;
  report(
    "invalid_configuration",
    `start() has no option ${unknown.join(", ")}; it has ${[...NAMES].join(", ")}`,
  );
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
  report(
    "invalid_configuration",
    `the OTLP endpoint is no URL that begins with http:// or https://; ${DEFAULT_ENDPOINT} is used`,
  );
  return new URL(DEFAULT_ENDPOINT);
}

function exporterOption(value: unknown): ExporterName | undefined {
  if (value === undefined || value === "otlp" || value === "console" || value === "none") return value;
  report("invalid_configuration", `exporter: ${describe(value)} is not known; otlp, console and none are`);
  return undefined;
}

function headersOption(headers: unknown): Record<string, string> {
  if (headers === undefined) return {};
  if (typeof headers === "object" && headers !== null)
    return wellFormedHeaders(Object.entries(headers), "headers");
  report("invalid_configuration", "headers is an object of names and values");
  return {};
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string") return value;
  report("invalid_configuration", `${name} is a text, and was given as a ${typeof value}`);
  return undefined;
}
