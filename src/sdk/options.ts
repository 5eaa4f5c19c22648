import type { ContextManager, TracerProvider } from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import type { IdGenerator } from "../core/ids.ts";
import { type Limits, resolveLimits } from "../core/limits.ts";
import { nounFor } from "../core/noun.ts";
import { partOf } from "../core/part.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import type { Sampler } from "../trace/sampler.ts";
import type { SpanProcessor } from "../trace/span-processor.ts";
import type { Environment, ExporterName } from "./environment.ts";
import { wellFormedHeaders } from "./headers.ts";

/** What `start()` takes; what is left out comes from the OTEL_* variable that is named with it, or is the default. */
export interface StartOptions {
  /** The service's name; OTEL_SERVICE_NAME. Default: `unknown_service:node`. */
  readonly service?: string;
  /**
   * Where telemetry goes: a collector, this terminal, nowhere; OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER. Default:
   * `otlp`. A span exporter of the official SDK's shape gets the spans in its place.
   */
  readonly exporter?: ExporterName | SpanExporter;
  /** The collector's base URL; OTEL_EXPORTER_OTLP_ENDPOINT. Default: `http://localhost:4318`. */
  readonly endpoint?: string;
  /** Added to every request to the collector; OTEL_EXPORTER_OTLP_HEADERS. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which spans are recorded. Default: all, but those whose parent in another process was not. */
  readonly sampler?: Sampler;
  /** See every recorded span before it is exported; one that exports by itself goes with `exporter: "none"`. */
  readonly processors?: readonly SpanProcessor[];
  /** How much a span keeps. */
  readonly limits?: Partial<Limits>;
  /** Makes the ids of traces and spans in place of random ones. */
  readonly idGenerator?: IdGenerator;
  /** Makes the spans in place of ours, an official NodeTracerProvider say: with its own sampler, processors and exporters. */
  readonly tracerProvider?: TracerProvider;
  /** Keeps the contexts in place of ours. Requests that node:http receives are not traced then. */
  readonly contextManager?: ContextManager;
}

/** Options and environment resolved: options win, then variables, then the specification's defaults. */
export interface Settings {
  readonly service: string | undefined;
  readonly tracesExporter: ExporterName | SpanExporter;
  readonly metricsExporter: ExporterName;
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampler: Sampler | undefined;
  readonly processors: readonly SpanProcessor[];
  readonly limits: Limits;
  readonly idGenerator: IdGenerator | undefined;
  readonly tracerProvider: TracerProvider | undefined;
  readonly contextManager: ContextManager | undefined;
}

const DEFAULT_ENDPOINT = "http://localhost:4318";

/** Every name in StartOptions: a misspelt one would be passed over in silence. */
const NAMES = new Set([
  "service",
  "exporter",
  "endpoint",
  "headers",
  "sampler",
  "processors",
  "limits",
  "idGenerator",
  "tracerProvider",
  "contextManager",
] satisfies (keyof StartOptions)[]) as ReadonlySet<string>;

export function resolveSettings(options: StartOptions, environment: Environment): Settings {
  const exporter = exporterOption(options.exporter);
  const named = typeof exporter === "object" ? undefined : exporter;
  reportUnknown(options);
  return {
    service: text("service", options.service) ?? environment.serviceName,
    tracesExporter: exporter ?? environment.tracesExporter ?? "otlp",
    metricsExporter: named ?? environment.metricsExporter ?? "otlp",
    endpoint: parseEndpoint(text("endpoint", options.endpoint) ?? environment.endpoint ?? DEFAULT_ENDPOINT),
    headers: { ...environment.headers, ...headersOption(options.headers) },
    sampler: partOf("sampler", options.sampler, "shouldSample"),
    processors: processorsOption(options.processors),
    limits: resolveLimits(options.limits),
    idGenerator: partOf("idGenerator", options.idGenerator, "generateTraceId", "generateSpanId"),
    tracerProvider: tracerProviderOption(options),
    contextManager: partOf("contextManager", options.contextManager, "active", "with", "bind"),
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

/** Another's tracer provider makes its spans by its own settings. */
function tracerProviderOption(options: StartOptions): TracerProvider | undefined {
  const tracerProvider = partOf("tracerProvider", options.tracerProvider, "getTracer");
  if (tracerProvider === undefined) return undefined;
  const unused = (["sampler", "processors", "limits", "idGenerator"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (unused.length > 0)
    report(
      "invalid_configuration",
      `${unused.join(", ")}: not used beside tracerProvider, which has its own`,
    );
  return tracerProvider;
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

function exporterOption(value: unknown): ExporterName | SpanExporter | undefined {
  if (value === undefined || value === "otlp" || value === "console" || value === "none") return value;
  if (typeof value === "object" || typeof value === "function")
    return partOf("exporter", value as SpanExporter, "export", "shutdown");
  report("invalid_configuration", `exporter: ${describe(value)} is not known; otlp, console and none are`);
  return undefined;
}

function processorsOption(processors: unknown): readonly SpanProcessor[] {
  if (processors === undefined) return [];
  if (!Array.isArray(processors)) {
    report("invalid_configuration", "processors is a list of span processors");
    return [];
  }
  const parts = processors.map((processor: unknown, index) =>
    partOf(`processors[${index}]`, processor as SpanProcessor, "onStart", "onEnd", "forceFlush", "shutdown"),
  );
  return parts.filter((part) => part !== undefined);
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
  report("invalid_configuration", `${name} is a text, and was given as ${nounFor(value)}`);
  return undefined;
}
