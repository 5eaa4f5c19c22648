import { type Attributes, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { currentContext } from "../context/current.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { exceptionAttributes, exceptionMessage } from "../trace/exception.ts";
import { HTTP_SCOPE, methodOf, pathOf, serverAddress } from "./http-attributes.ts";

export interface OutgoingRequest {
  readonly method: string | undefined;
  readonly scheme: string;
  /** Host and, where it is not the scheme's own, port; undefined where that is not known yet. */
  readonly authority: string | undefined;
  readonly target: string | undefined;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): void;
}

const tracer = currentTracer(HTTP_SCOPE, VERSION);

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
  const span = tracer().startSpan(name, options, context);
  if (!request.hasHeader("traceparent")) {
    propagation.inject(trace.setSpan(context, span), request, {
      set: (carrier, key, value) => carrier.setHeader(key, value),
    });
  }
  return span;
}

/** Where a request goes, without userinfo and query, which may hold secrets. */
export function targetAttributes({
  scheme,
  authority,
  target,
}: Omit<OutgoingRequest, "hasHeader" | "setHeader">): Attributes {
  if (authority === undefined) return {};
  return { ...serverAddress(authority, scheme), "url.full": `${scheme}://${authority}${pathOf(target)}` };
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
