import { LONGEST_WAIT } from "../core/deadline.ts";
import { describe, quote, report } from "../core/diagnostics.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { Environment } from "./environment.ts";
import { wellFormedHeaders } from "./headers.ts";
import type { HttpTarget, OtlpProtocol, Signal, TlsFiles } from "../export/http-transport.ts";
import type { OtlpEnvironment } from "./otlp-environment.ts";

/** Those of start()'s options that this is about, as whoever called it gave them. */
interface OtlpOptions {
  readonly endpoint?: unknown;
  readonly protocol?: unknown;
  readonly headers?: unknown;
  readonly timeout?: unknown;
  readonly compression?: unknown;
  readonly tls?: unknown;
}

const DEFAULT_ENDPOINT = "http://localhost:4318";
const DEFAULT_TIMEOUT = 10_000;

/** Of all signals.  (Specification: OTLP Exporter, Configuration Options) */
export function otlpSettings(
  options: OtlpOptions,
  environment: Environment,
): Readonly<Record<Signal, HttpTarget>> {
  const urls = urlsOf(options.endpoint, environment);
  const headers = headersOption(options.headers);
  const protocol = protocolOption(options.protocol);
  const timeout = timeoutOption(options.timeout);
  const compression = compressionOption(options.compression);
  const tls = tlsOption(options.tls);
  const files = new Map<string, string | undefined>();
  const of = (signal: Signal): HttpTarget => {
    const own = environment[signal];
    return {
      signal,
      protocol: protocol ?? own.protocol ?? "http/protobuf",
      url: urls[signal],
      headers: { ...own.headers, ...headers },
      timeout: timeout ?? own.timeout ?? DEFAULT_TIMEOUT,
      compression: compression ?? own.compression ?? "none",
      tls: { ...filesIn(own, files), ...tls },
    };
  };
  return { traces: of("traces"), metrics: of("metrics"), logs: of("logs") };
}

/** An option is the base of all signals' URLs; of the variables, a signal's own is used as it is. */
function urlsOf(option: unknown, environment: Environment): Readonly<Record<Signal, URL>> {
  const isGiven = option !== undefined && option !== "";
  const base =
    (isGiven
      ? parse(option, "endpoint")
      : environment.endpoint && parse(environment.endpoint, "OTEL_EXPORTER_OTLP_ENDPOINT")) ||
    new URL(DEFAULT_ENDPOINT);
  hintAtSignal(base);
  const of = (signal: Signal): URL => {
    const own = isGiven ? undefined : environment[signal].url;
    const url = own && parse(own, `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`);
    return url || below(base, signal);
  };
  return { traces: of("traces"), metrics: of("metrics"), logs: of("logs") };
}

/** A common mistake, and telemetry would go to /v1/traces/v1/traces. It may be meant, so it is done all the same. */
function hintAtSignal({ pathname }: URL): void {
  const [path] = /\/v1\/(?:traces|metrics|logs)\/*$/.exec(pathname) ?? [];
  if (path === undefined) return;
  report(
    "invalid_configuration",
    `the endpoint ends in ${path}: it is the base of all signals' URLs, and v1/traces, v1/metrics and v1/logs are added to it`,
  );
}

/** (Specification: Endpoint URLs for OTLP/HTTP) */
function below(base: URL, signal: Signal): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url;
}

/** The value is not told: it may hold a password. */
function parse(value: unknown, name: string): URL | undefined {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  report("invalid_configuration", `${name} is no URL that begins with http:// or https://, and is left out`);
  return undefined;
}

function protocolOption(protocol: unknown): OtlpProtocol | undefined {
  if (protocol === undefined || protocol === "http/protobuf" || protocol === "http/json") return protocol;
  report("invalid_configuration", `protocol is ${quote(protocol)}; http/protobuf and http/json are known`);
  return undefined;
}

function timeoutOption(timeout: unknown): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout === "number" && timeout >= 0) return Math.min(timeout || LONGEST_WAIT, LONGEST_WAIT);
  report(
    "invalid_configuration",
    `timeout is ${quote(timeout)}; it is a number of milliseconds, 0 for no limit`,
  );
  return undefined;
}

function compressionOption(compression: unknown): "gzip" | "none" | undefined {
  if (compression === undefined || compression === "gzip" || compression === "none") return compression;
  report("invalid_configuration", `compression is ${quote(compression)}; gzip and none are known`);
  return undefined;
}

function tlsOption(tls: unknown): TlsFiles {
  if (tls === undefined) return {};
  const { ca, key, cert } = Object(tls) as { readonly [name: string]: unknown };
  const texts = withoutUndefined({ ca, key, cert });
  if (Object.values(texts).every((text) => typeof text === "string") && typeof tls === "object")
    return texts as TlsFiles;
  report("invalid_configuration", "tls is an object of PEM texts: ca, key, cert");
  return {};
}

/** What the variables' paths lead to; a file that cannot be read is told and left out. */
function filesIn(
  { certificate, clientKey, clientCertificate }: OtlpEnvironment,
  read: Map<string, string | undefined>,
): TlsFiles {
  const contentIn = (path: string | undefined): string | undefined => {
    if (path === undefined) return undefined;
    if (!read.has(path)) read.set(path, contentOf(path));
    return read.get(path);
  };
  return withoutUndefined({
    ca: contentIn(certificate),
    key: contentIn(clientKey),
    cert: contentIn(clientCertificate),
  });
}

function contentOf(path: string): string | undefined {
  try {
    return process.getBuiltinModule("node:fs").readFileSync(path, "utf8");
  } catch (thrown) {
    report(
      "invalid_configuration",
      `the PEM file of an OTEL_EXPORTER_OTLP variable cannot be read (${describe(thrown)})`,
    );
    return undefined;
  }
}

function headersOption(headers: unknown): Record<string, string> {
  if (headers === undefined) return {};
  if (typeof headers === "object" && headers !== null)
    return wellFormedHeaders(Object.entries(headers), "headers");
  report("invalid_configuration", "headers is an object of names and values");
  return {};
}
