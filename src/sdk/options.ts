import type {
  Attributes,
  ContextManager,
  MeterProvider,
  TextMapPropagator,
  TracerProvider,
} from "@opentelemetry/api";
import type { IMetricReader, ViewOptions } from "@opentelemetry/sdk-metrics";
import type { IdGenerator } from "../core/ids.ts";
import type { Limits } from "../core/limits.ts";
import type { OtlpProtocol, TlsFiles } from "../export/http-transport.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import type { Sampler } from "../trace/sampler.ts";
import type { SpanProcessor } from "../trace/span-processor.ts";
import type { ReceivedRequest } from "../instrumentation/http-server.ts";
import type { ExporterName } from "./environment.ts";

/** What happens as the process ends. */
export interface ExitOptions {
  /** Whether SIGTERM and SIGINT flush; default true. */
  readonly signals?: boolean;
  /** The longest that the end may wait for a flush, in ms; default 2,000 at a signal, 5,000 where the process comes to its natural end. */
  readonly budget?: number;
}

/** Which requests over HTTP are traced. */
export interface HttpOptions {
  /** Those that node:http receives; default true. Without it a request has no scope of its own. */
  readonly server?: boolean;
  /** Those that are made with node:http, `fetch` and undici; default true. */
  readonly client?: boolean;
  /** Received requests in which nothing is to be traced, such as health checks. */
  readonly ignore?: (request: ReceivedRequest) => boolean;
  /** The methods, as they are written, that spans are named by; any other is `_OTHER`. OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS. Default: those of RFC 9110, PATCH and QUERY. */
  readonly knownMethods?: readonly string[];
}

/** What `start()` takes; what is left out comes from the OTEL_* variable that is named with it, or is the default. */
export interface StartOptions {
  /** The service's name; OTEL_SERVICE_NAME. Default: `unknown_service:node`. */
  readonly service?: string;
  /** The service's version, `service.version`. */
  readonly version?: string;
  /** Where it is deployed: "production", "staging"; `deployment.environment.name`. */
  readonly environment?: string;
  /** More of what the service is, as attributes; OTEL_RESOURCE_ATTRIBUTES. Over what is detected: host, os, process. */
  readonly resource?: Attributes;
  /**
   * Where telemetry goes: a collector, this terminal, nowhere; OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER. Default:
   * `otlp`. A span exporter of the official SDK's shape gets the spans in its place.
   */
  readonly exporter?: ExporterName | SpanExporter;
  /** The collector's base URL; OTEL_EXPORTER_OTLP_ENDPOINT. Default: `http://localhost:4318`. */
  readonly endpoint?: string;
  /** How it is spoken to: in protobuf, or in JSON, which costs more; OTEL_EXPORTER_OTLP_PROTOCOL. Default: "http/protobuf". */
  readonly protocol?: OtlpProtocol;
  /** Added to every request to the collector; OTEL_EXPORTER_OTLP_HEADERS. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For one attempt to send, in ms; OTEL_EXPORTER_OTLP_TIMEOUT. Default: 10,000. */
  readonly timeout?: number;
  /** OTEL_EXPORTER_OTLP_COMPRESSION. Default: "none". */
  readonly compression?: "gzip" | "none";
  /** For https, as PEM texts; of OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_KEY and _CLIENT_CERTIFICATE the files. */
  readonly tls?: TlsFiles;
  /** Which spans are recorded. Default: all, but those whose parent in another process was not. */
  readonly sampler?: Sampler;
  /** See every recorded span before it is exported; one that exports by itself goes with `exporter: "none"`. */
  readonly processors?: readonly SpanProcessor[];
  /** How much a span keeps. */
  readonly limits?: Partial<Limits>;
  /** What happens as the process ends. */
  readonly exit?: ExitOptions;
  /** Which requests over HTTP are traced; false: none. */
  readonly http?: false | HttpOptions;
  /** Makes the ids of traces and spans in place of random ones. */
  readonly idGenerator?: IdGenerator;
  /** By which headers the trace and baggage travel, in turn, or the propagator that does it; OTEL_PROPAGATORS. Default: W3C's both. */
  readonly propagators?: readonly string[] | TextMapPropagator;
  /** Makes the spans in place of ours, an official NodeTracerProvider say: with its own sampler, processors and exporters. */
  readonly tracerProvider?: TracerProvider;
  /** Records metrics in place of ours, an official MeterProvider say: with its own readers, views and exporters. */
  readonly meterProvider?: MeterProvider;
  /** Collect metrics besides our own export: a PrometheusExporter, say. With `exporter: "none"` they alone do. */
  readonly readers?: readonly IMetricReader[];
  /** How streams of metrics are named, aggregated and filtered.  (Specification: Metrics SDK, View) */
  readonly views?: readonly ViewOptions[];
  /** Keeps the contexts in place of ours. Requests that node:http receives are not traced then. */
  readonly contextManager?: ContextManager;
}
