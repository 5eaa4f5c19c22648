import { type Context as ApiContext, propagation, SpanKind, trace } from "@opentelemetry/api";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { bindEmitter } from "../context/bind.ts";
import { asSpan, Context } from "../context/context.ts";
import { currentContext, enter } from "../context/current.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed, suppressed } from "../context/suppression.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { HTTP_SCOPE, KNOWN_METHODS, hostAndPort, methodOf, pathOf } from "./http-attributes.ts";
import { HttpExchange } from "./http-exchange.ts";
import { guarded, Subscription } from "./subscription.ts";

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
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
 * that is ignored, as a health check may be, nothing is traced; it has its scope all the same, and so it has beside the
 * official instrumentation, which traces it then.
 */
export function traceHttpServer(
  isIgnored: (request: ReceivedRequest) => boolean = () => false,
  knownMethods: ReadonlySet<string> = KNOWN_METHODS,
): Subscription {
  return new Subscription().on<RequestStart>("http.server.request.start", ({ request, response, server }) => {
    const ambient = currentContext();
    if (isTracingSuppressed(ambient)) return;
    // What is ambient here is whatever the server was made in: only where telemetry goes is taken from it.
    const empty = new Context(undefined, ambient.providers, new Scope());
    if (isTracedByOthers(server)) return enter(empty);
    if (isIgnored(request)) return runRest(suppressed(empty), request, response);
    const exchange = beginServerExchange(request, empty, knownMethods);
    runRest(exchange.context, request, response);
    const onClose = guarded("a response's close", () => endServerExchange(exchange, response));
    response.once("close", onClose);
  });
}

/** The official instrumentation wraps the method by which a server tells of its requests, and marks what it wraps. */
function isTracedByOthers(server: Server): boolean {
  // Of its class: the server's own may be ours, where it was bound.
  const { emit } = Object.getPrototypeOf(server) as { readonly emit: object };
  return "__wrapped" in emit;
}

/** (Semantic conventions: HTTP server spans and metrics) */
function beginServerExchange(
  { headers, httpVersion, method, socket, url }: IncomingMessage,
  empty: Context,
  knownMethods: ReadonlySet<string>,
): HttpExchange {
  const remote = ownOf(propagation.extract(empty, headers), empty);
  const scheme = "encrypted" in socket ? "https" : "http";
  const { name, known, original } = methodOf(method, knownMethods);
  const { host, port } = hostAndPort(headers.host, scheme);
  const measured = {
    "http.request.method": known,
    "url.scheme": scheme,
    "network.protocol.version": httpVersion,
  };
  const attributes = {
    ...measured,
    "http.request.method_original": original,
    "url.path": pathOf(url),
    "server.address": host,
    "server.port": port,
    "client.address": socket.remoteAddress,
    "user_agent.original": headers["user-agent"],
  };
  const span = tracerIn(remote).startSpan(name, { kind: SpanKind.SERVER, attributes }, remote);
  return new HttpExchange(SpanKind.SERVER, span, remote.withSpan(span, empty.scope), measured);
}

/** A propagator of others may answer with a context of its own making. */
function ownOf(extracted: ApiContext, { providers, scope }: Context): Context {
  if (Context.isOurs(extracted)) return extracted;
  return new Context(asSpan(trace.getSpan(extracted)), providers, scope, undefined, extracted);
}

/** The rest of the callback, which is the handler, and all listeners. */
function runRest(context: Context, request: IncomingMessage, response: ServerResponse): void {
  enter(context);
  bindEmitter(context, request);
  bindEmitter(context, response);
}

/** A connection that closed before the response was sent leaves an error, and the status only if it was decided. */
function endServerExchange(
  exchange: HttpExchange,
  { headersSent, statusCode, writableFinished }: ServerResponse,
): void {
  if (headersSent) exchange.answer(statusCode);
  if (!writableFinished) exchange.fail("aborted", "the connection closed before the response was sent");
  exchange.end();
}
