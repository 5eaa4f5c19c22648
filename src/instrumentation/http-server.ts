import { propagation, type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bindEmitter } from "../context/bind.ts";
import { Context } from "../context/context.ts";
import { currentContext, enter } from "../context/current.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed, suppressed } from "../context/suppression.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { HTTP_SCOPE, methodOf, pathOf, serverAddress } from "./http-attributes.ts";
import { guarded, Subscription } from "./subscription.ts";

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const tracerIn = currentTracer(HTTP_SCOPE, VERSION);

/** What tells of a request which one it is. */
export interface ReceivedRequest {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

/**
 * A server span and a scope for every request that node:http receives. The handler runs in them, and so do the
 * listeners of request and response, which Node would run in no context or, pipelined, in another request's. In a request
 * that is ignored, as a health check may be, nothing is traced; it has its scope all the same.
 */
export function traceHttpServer(
  isIgnored: (request: ReceivedRequest) => boolean = () => false,
): Subscription {
  return new Subscription().on<RequestStart>("http.server.request.start", ({ request, response }) => {
    const ambient = currentContext();
    if (isTracingSuppressed(ambient)) return;
    // What is ambient here is whatever the server was made in: only where telemetry goes is taken from it.
    const scope = new Scope();
    if (isIgnored(request)) {
      const untraced = suppressed(new Context(undefined, ambient.providers, scope));
      return runRest(untraced, request, response);
    }
    const remote = propagation.extract(
      new Context(undefined, ambient.providers, scope),
      request.headers,
    ) as Context;
    const { name, attributes } = methodOf(request.method);
    const options = { kind: SpanKind.SERVER, attributes: { ...attributes, ...describeRequest(request) } };
    const span = tracerIn(remote).startSpan(name, options, remote);
    runRest(remote.withSpan(span, scope), request, response);
    response.once(
      "close",
      guarded("a response's close", () => endSpan(span, response)),
    );
  });
}

/** The rest of the callback, which is the handler, and all listeners. */
function runRest(context: Context, request: IncomingMessage, response: ServerResponse): void {
  enter(context);
  bindEmitter(context, request);
  bindEmitter(context, response);
}

/** (Semantic conventions: HTTP server spans) */
function describeRequest({
  headers,
  httpVersion,
  socket,
  url,
}: IncomingMessage): Record<string, string | number> {
  const scheme = "encrypted" in socket ? "https" : "http";
  return {
    "url.scheme": scheme,
    "url.path": pathOf(url),
    ...serverAddress(headers.host, scheme),
    "network.protocol.version": httpVersion,
    ...(socket.remoteAddress === undefined ? {} : { "client.address": socket.remoteAddress }),
    ...(headers["user-agent"] === undefined ? {} : { "user_agent.original": headers["user-agent"] }),
  };
}

/** A connection that closed before the response was sent leaves an error, and the status only if it was decided. */
function endSpan(span: Span, { headersSent, statusCode, writableFinished }: ServerResponse): void {
  if (headersSent) span.setAttribute("http.response.status_code", statusCode);
  if (!writableFinished) {
    span.setAttribute("error.type", "aborted").setStatus({
      code: SpanStatusCode.ERROR,
      message: "the connection closed before the response was sent",
    });
  } else if (statusCode >= 500) {
    span.setAttribute("error.type", String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
