import { type Attributes, propagation, SpanKind, type TextMapSetter } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { withTravellingBaggage } from "../context/travelling-registry.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { errorNames, exceptionMessage } from "../trace/exception.ts";
import { DEFAULT_PORTS, HTTP_SCOPE, methodOf, namesSpan, pathOf } from "./http-attributes.ts";
import { HttpExchange } from "./http-exchange.ts";
import type { HttpPolicy } from "./http-policy.ts";

/** Where a request goes. */
export interface Target {
  /** `http` or `https`. */
  readonly scheme: string;
  readonly host: string;
  /** Undefined where it is not known yet. */
  readonly port: number | undefined;
  /** Path and query; the whole URL where it goes to a proxy. */
  readonly requestTarget: string | undefined;
}

export interface OutgoingRequest extends Target {
  readonly method: string | undefined;
  getHeader(name: string): string | undefined;
  setHeader(name: string, value: string): void;
}

const tracerIn = currentTracer(HTTP_SCOPE, VERSION);

/**
 * Begins an outgoing request, below what is active, and gives it the headers that tell the other side, unless the
 * caller has named a parent already. Undefined where tracing is suppressed, where others trace the request, and for
 * CONNECT, which asks a proxy for a tunnel and is no request to the server behind it.  (Semantic conventions: HTTP
 * client spans)
 */
export function beginClientExchange(request: OutgoingRequest, policy: HttpPolicy): HttpExchange | undefined {
  const context = currentContext();
  const parent = request.getHeader("traceparent");
  if (request.method === "CONNECT") return undefined;
  correlate(request, context, policy);
  if (isTracingSuppressed(context) || isOfClientSpan(parent, context)) return undefined;
  const { name, known, original } = methodOf(request.method, policy.knownMethods);
  const target = targetAttributes(request);
  const attributes = { "http.request.method": known, "http.request.method_original": original, ...target };
  const span = tracerIn(context).startSpan(name, { kind: SpanKind.CLIENT, attributes }, context);
  const own = context.withSpan(span, context.scope);
  if (parent === undefined) propagation.inject(toldTo(request, own, policy), request, SETTER);
  const exchange = new HttpExchange(SpanKind.CLIENT, span, own, { "http.request.method": known });
  exchange.measureWith("server.address", target["server.address"]);
  exchange.measureWith("server.port", target["server.port"]);
  return exchange;
}

/** A host of this network is told the variables that travel, too. */
function toldTo({ host }: OutgoingRequest, context: Context, { correlates }: HttpPolicy): Context {
  return correlates(host) ? withTravellingBaggage(context) : context;
}

/** Also where others trace the request: the id is not theirs to send. */
function correlate(request: OutgoingRequest, { scope }: Context, policy: HttpPolicy): void {
  const operation = scope?.operation;
  if (operation !== undefined && policy.correlates(request.host))
    SETTER.set(request, "x-correlation-id", operation.correlationId);
}

const SETTER: TextMapSetter<OutgoingRequest> = {
  // What the caller has set stays.
  set: (request, name, value) => {
    if (request.getHeader(name) === undefined) request.setHeader(name, value);
  },
};

/** Whoever made the active span made it for this very request, and has told the other side of it. */
function isOfClientSpan(parent: string | undefined, { span }: Context): boolean {
  if (parent === undefined || span === undefined) return false;
  const { kind } = span as { readonly kind?: unknown };
  return kind === SpanKind.CLIENT && namesSpan(parent, span.spanContext().spanId);
}

/** Where a request goes, as far as it is known, without userinfo and query, which may hold secrets. */
export function targetAttributes({ scheme, host, port, requestTarget }: Target): Attributes {
  // To a proxy the whole URL is the target.
  if (requestTarget !== undefined && /^https?:/i.test(requestTarget)) return proxiedAttributes(requestTarget);
  const address = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (port === undefined) return { "server.address": address };
  const authority = port === DEFAULT_PORTS[scheme] ? address : `${address}:${port}`;
  const path = pathOf(requestTarget);
  const url = path.startsWith("/") ? `${scheme}://${authority}${path}` : undefined;
  return { "server.address": address, "server.port": port, "url.full": url };
}

function proxiedAttributes(url: string): Attributes {
  if (!URL.canParse(url)) return {};
  const { protocol, hostname, port, pathname } = new URL(url);
  const scheme = protocol.slice(0, -1);
  return targetAttributes({
    scheme,
    host: hostname,
    port: Number(port) || DEFAULT_PORTS[scheme],
    requestTarget: pathname,
  });
}

const TIMEOUT = "TimeoutError";

/** Ends a request that did not get its whole response; one that an AbortSignal has called off is no error. */
export function breakOff(exchange: HttpExchange, error: unknown): void {
  const { code, name, cause } = errorNames(error);
  if (name !== "AbortError") exchange.fail(code ?? name ?? "aborted", exceptionMessage(error));
  // A time-out calls off what nobody else has.
  else if (errorNames(cause).name === TIMEOUT) exchange.fail(TIMEOUT, exceptionMessage(cause));
  exchange.end();
}
