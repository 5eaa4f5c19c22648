import { type Attributes, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { currentContext } from "../context/current.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { exceptionAttributes, exceptionMessage } from "../trace/exception.ts";
import { DEFAULT_PORTS, HTTP_SCOPE, methodOf, pathOf } from "./http-attributes.ts";

/** Where a request goes. */
export interface Target {
  /** `http` or `https`. */
  readonly scheme: string;
  readonly host: string;
  /** Undefined where it is not known yet. */
  readonly port: number | undefined;
  /** Path and query; the whole URL where it goes to a proxy. */
  readonly target: string | undefined;
}

export interface OutgoingRequest extends Target {
  readonly method: string | undefined;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): void;
}

const tracerIn = currentTracer(HTTP_SCOPE, VERSION);

/**
 * Starts the span of an outgoing request, a child of what is active, and gives the request the headers that tell the
 * other side, unless the caller has named a parent already. Undefined where tracing is suppressed, and for CONNECT,
 * which asks a proxy for a tunnel and is no request to the server behind it.  (Semantic conventions: HTTP client spans)
 */
export function startClientSpan(request: OutgoingRequest): Span | undefined {
  const context = currentContext();
  if (isTracingSuppressed(context) || request.method === "CONNECT") return undefined;
  const { name, attributes } = methodOf(request.method);
  const options = { kind: SpanKind.CLIENT, attributes: { ...attributes, ...targetAttributes(request) } };
  const span = tracerIn(context).startSpan(name, options, context);
  if (!request.hasHeader("traceparent")) {
    propagation.inject(trace.setSpan(context, span), request, {
      set: (carrier, key, value) => carrier.setHeader(key, value),
    });
  }
  return span;
}

/** Where a request goes, as far as it is known, without userinfo and query, which may hold secrets. */
export function targetAttributes({ scheme, host, port, target }: Target): Attributes {
  // To a proxy the whole URL is the target.
  if (target !== undefined && /^https?:/i.test(target)) return proxiedAttributes(target);
  const address = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (port === undefined) return { "server.address": address };
  const authority = port === DEFAULT_PORTS[scheme] ? address : `${address}:${port}`;
  return {
    "server.address": address,
    "server.port": port,
    "url.full": `${scheme}://${authority}${pathOf(target)}`,
  };
}

function proxiedAttributes(target: string): Attributes {
  if (!URL.canParse(target)) return {};
  const { protocol, hostname, port, pathname } = new URL(target);
  const scheme = protocol.slice(0, -1);
  return targetAttributes({
    scheme,
    host: hostname,
    port: Number(port) || DEFAULT_PORTS[scheme],
    target: pathname,
  });
}

export function recordStatus(span: Span, status: number): void {
  span.setAttribute("http.response.status_code", status);
  if (status >= 400)
    span.setAttribute("error.type", String(status)).setStatus({ code: SpanStatusCode.ERROR });
}

/** Ends the span of a request that did not get its whole response. */
export function failClientSpan(span: Span, error: unknown): void {
  const attributes = exceptionAttributes(error);
  span.setAttribute("error.type", codeOf(error) ?? String(attributes["exception.type"] ?? "aborted"));
  span.setStatus({ code: SpanStatusCode.ERROR, message: exceptionMessage(error) });
  span.end();
}

function codeOf(error: unknown): string | undefined {
  try {
    const code = (error as { code?: unknown } | undefined)?.code;
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}
