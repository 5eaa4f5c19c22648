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
import type { RedactionOptions } from "../core/redaction.ts";
import type { OtlpProtocol, TlsFiles } from "../export/http-transport.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import type { Sampler } from "../trace/sampler.ts";
import type { SpanProcessor } from "../trace/span-processor.ts";
import type { ReceivedRequest } from "../instrumentation/http-policy.ts";
import type { Trust } from "../propagation/received-carrier.ts";
import type { ExporterName } from "./environment.ts";

/** What happens as the process ends. */
export interface ExitOptions {
  /** Whether SIGTERM and SIGINT flush; default true. */
  readonly signals?: boolean | undefined;
  /** The longest that the end may wait for a flush, in ms; default 2,000 at a signal, 5,000 where the process comes to its natural end. */
  readonly budget?: number | undefined;
}

/** Which requests over HTTP are traced. */
export interface HttpOptions {
  /** Those that node:http receives; default true. Without it a request has no scope of its own. */
  readonly server?: boolean | undefined;
  /** Those that are made with node:http, `fetch` and undici; default true. */
  readonly client?: boolean | undefined;
  /** Received requests in which nothing is to be traced, such as health checks. */
  readonly ignore?: ((request: ReceivedRequest) => boolean) | undefined;
  /**
   * What becomes of the trace that a caller's traceparent names: "continue" it (the default), begin another that is a
   * "link" to it, or "ignore" it, as is right for callers whom anybody can be. A function says it for each request.
   */
  readonly trust?: Trust | ((request: ReceivedRequest) => Trust) | undefined;
  /** The keys of a caller's baggage that are taken. Default: all of one whose trace is continued, none of another. */
  readonly baggage?: readonly string[] | undefined;
  /**
   * The hosts whose requests carry X-Correlation-ID, `*.example.com` for each below; false: none. Default: those of this
   * network, by their name (one without a dot, .local, .internal) or address (loopback, private).
   */
  readonly correlate?: false | readonly string[] | undefined;
  /** The methods, as they are written, that spans are named by; any other is `_OTHER`. OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS. Default: those of RFC 9110, PATCH and QUERY. */
  readonly knownMethods?: readonly string[] | undefined;
}

/** What `createTelemetry()` takes; what is left out comes from the OTEL_* variable that is named with it, or is the default. */
export interface TelemetryOptions {
  /** The service's name; OTEL_SERVICE_NAME. Default: `unknown_service:node`. */
  readonly service?: string | undefined;
  /** The service's version, `service.version`. */
  readonly version?: string | undefined;
  /** Where it is deployed: "production", "staging"; `deployment.environment.name`. */
  readonly environment?: string | undefined;
  /** More of what the service is, as attributes; OTEL_RESOURCE_ATTRIBUTES. Over what is detected: host, os, process. */
  readonly resource?: Attributes | undefined;
  /**
   * Where telemetry goes: a collector, this terminal, nowhere; OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER,
   * OTEL_LOGS_EXPORTER. Default: `otlp`. A span exporter of the official SDK's shape gets the spans in its place.
   */
  readonly exporter?: ExporterName | SpanExporter | undefined;
  /** The collector's base URL; OTEL_EXPORTER_OTLP_ENDPOINT. Default: `http://localhost:4318`. */
  readonly endpoint?: string | undefined;
  /** How it is spoken to: in protobuf, or in JSON, which costs more; OTEL_EXPORTER_OTLP_PROTOCOL. Default: "http/protobuf". */
  readonly protocol?: OtlpProtocol | undefined;
  /** Added to every request to the collector; OTEL_EXPORTER_OTLP_HEADERS. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For one attempt to send, in ms, 0 for no limit; OTEL_EXPORTER_OTLP_TIMEOUT. Default: 10,000. */
  readonly timeout?: number | undefined;
  /** OTEL_EXPORTER_OTLP_COMPRESSION. Default: "none". */
  readonly compression?: "gzip" | "none" | undefined;
  /** For https, as PEM texts; of OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_KEY and _CLIENT_CERTIFICATE the files. */
  readonly tls?: TlsFiles | undefined;
  /** Which spans are recorded. Default: all, but those whose parent in another process was not. */
  readonly sampler?: Sampler | undefined;
  /** See every recorded span of this thread before it is exported; one that exports by itself goes with `exporter: "none"`. */
  readonly processors?: readonly SpanProcessor[] | undefined;
  /** How much a span keeps. */
  readonly limits?: Partial<Limits> | undefined;
  /**
   * What is taken out as a secret besides what is known as one, and what is not; false: nothing is. Before anything leaves:
   * of spans, log records, measurements and the resource the values of attributes and parts of texts, of baggage whole members.
   */
  readonly redact?: false | RedactionOptions | undefined;
  /** Makes the ids of traces and spans in place of random ones. */
  readonly idGenerator?: IdGenerator | undefined;
  /** By which headers the trace and baggage travel, in turn, or the propagator that does it; OTEL_PROPAGATORS. Default: W3C's both. */
  readonly propagators?: readonly string[] | TextMapPropagator | undefined;
  /** Makes the spans in place of ours, an official NodeTracerProvider say: with its own sampler, processors and exporters. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Records metrics in place of ours, an official MeterProvider say: with its own readers, views and exporters. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Collect metrics besides our own export: a PrometheusExporter, say. With `exporter: "none"` they alone do. */
  readonly readers?: readonly IMetricReader[] | undefined;
  /** Whether telemetry measures itself, as `otel.sdk.*`; default false.  (Semantic conventions: OpenTelemetry SDK metrics) */
  readonly selfMetrics?: boolean | undefined;
  /** How streams of metrics are named, aggregated and filtered.  (Specification: Metrics SDK, View) */
  readonly views?: readonly ViewOptions[] | undefined;
}

/** What `start()` takes: more than another telemetry beside it, for it serves the process. */
export interface StartOptions extends TelemetryOptions {
  /** What happens as the process ends. */
  readonly exit?: ExitOptions | undefined;
  /** Which requests over HTTP are traced; false: none. */
  readonly http?: false | HttpOptions | undefined;
  /** Whether Node and V8 are measured: event loop, heap, garbage collection; default false.  (Semantic conventions: Node.js runtime metrics, V8 JS engine runtime metrics) */
  readonly runtimeMetrics?: boolean | undefined;
  /** Keeps the contexts in place of ours. Requests that node:http receives are not traced then. */
  readonly contextManager?: ContextManager | undefined;
}
