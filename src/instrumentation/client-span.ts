import { propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { currentContext } from "../context/current.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { describe } from "../core/diagnostics.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { HTTP_SCOPE, methodOf, pathOf, serverAddress } from "./http-attributes.ts";

interface OutgoingRequest {
  readonly method: string | undefined;
  readonly scheme: string;
  /** Host and, where it is not the scheme's own, port. */
  readonly authority: string;
  readonly target: string | undefined;
}

const tracer = currentTracer(HTTP_SCOPE, VERSION);

/**
 * Starts the span of an outgoing request, a child of what is active, and hands the headers that tell the other
 * side to `setHeader`. Undefined where tracing is suppressed.  (Semantic conventions: HTTP client spans)
 */
export function startClientSpan(
  { method, scheme, authority, target }: OutgoingRequest,
  setHeader: (name: string, value: string) => void,
): Span | undefined {
  const context = currentContext();
  if (isTracingSuppressed(context)) return undefined;
  const { name, attributes } = methodOf(method);
  const details = {
    ...serverAddress(authority, scheme),
    "url.full": `${scheme}://${authority}${pathOf(target)}`,
  };
  const span = tracer().startSpan(
    name,
    { kind: SpanKind.CLIENT, attributes: { ...attributes, ...details } },
    context,
  );
  propagation.inject(trace.setSpan(context, span), undefined, {
    set: (_carrier, key, value) => setHeader(key, value),
  });
  return span;
}

export function recordStatus(span: Span, status: number): void {
  span.setAttribute("http.response.status_code", status);
  if (status >= 400)
    span.setAttribute("error.type", String(status)).setStatus({ code: SpanStatusCode.ERROR });
}

/** Ends the span of a request that did not get its whole response. */
export function failClientSpan(span: Span, error: unknown): void {
  const code = (error as { code?: unknown } | undefined)?.code;
  const name = error instanceof Error ? error.name : "aborted";
  span.setAttribute("error.type", typeof code === "string" ? code : name);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error instanceof Error ? error.message : describe(error),
  });
  span.end();
}
