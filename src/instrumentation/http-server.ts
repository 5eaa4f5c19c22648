import { type Context as ApiContext, propagation, SpanKind, trace } from "@opentelemetry/api";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { bindEmitter } from "../context/bind.ts";
import { asSpan, Context } from "../context/context.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed, suppressed } from "../context/suppression.ts";
import { VERSION } from "../core/version.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { HTTP_SCOPE, hostAndPort, methodOf, pathOf } from "./http-attributes.ts";
import { HttpExchange } from "./http-exchange.ts";
import { ambientContext, beginResets, endResets, enterRequest, START } from "./request-context.ts";
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
  isIgnored: (request: ReceivedRequest) => boolean,
  knownMethods: ReadonlySet<string>,
): Subscription {
  endResets();
  return new Subscription(beginResets).on<RequestStart>(START, ({ request, response, server }) => {
    const ambient = ambientContext();
    if (isTracingSuppressed(ambient)) return enterRequest(ambient, ambient);
    // What is ambient here is whatever the server was made in: only where telemetry goes is taken from it.
    const empty = new Context(undefined, ambient.providers, new Scope());
    const begun = (context: Context): void => runRest(context, ambient, request, response);
    try {
      if (isTracedByOthers(server)) return enterRequest(empty, ambient);
      if (isIgnored(request)) return begun(suppressed(empty));
      const exchange = beginServerExchange(request, empty, knownMethods);
      begun(exchange.context);
      endWith(exchange, request.socket, response);
    } catch (thrown) {
      enterRequest(empty, ambient);
      throw thrown;
    }
  });
}

/** The exchanges that are open on a connection: by response what ends each. */
const openOn = new WeakMap<Socket, Map<ServerResponse, () => void>>();

/** At the response's close, and at the connection's, for below Node 24 a response that never got it does not close. */
function endWith(exchange: HttpExchange, socket: Socket, response: ServerResponse): void {
  const open = openOn.get(socket) ?? watched(socket);
  // Somebody has taken our listener off those.
  for (const [earlier, end] of open) if (earlier.writableFinished) end();
  const before = socket.bytesWritten;
  const end = guarded("a response's close", () => {
    // As far as the connection tells, whose bytes may be of a hint or of the response before.
    const isAnySent = !(socket.bytesWritten <= before);
    if (open.delete(response)) endServerExchange(exchange, response, isAnySent);
  });
  open.set(response, end);
  response.once("close", end);
}

function watched(socket: Socket): Map<ServerResponse, () => void> {
  const open = new Map<ServerResponse, () => void>();
  openOn.set(socket, open);
  socket.once("close", () => {
    for (const end of open.values()) end();
  });
  return open;
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
function runRest(
  context: Context,
  ambient: Context,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  enterRequest(context, ambient);
  bindEmitter(context, request);
  bindEmitter(context, response);
}

/** A connection that closed before the response was sent leaves an error, and the status only if any of it was sent. */
function endServerExchange(
  exchange: HttpExchange,
  { headersSent, statusCode, writableFinished }: ServerResponse,
  isAnySent: boolean,
): void {
  if (headersSent && (isAnySent || writableFinished)) exchange.answer(statusCode);
  if (!writableFinished) exchange.fail("aborted", "the connection closed before the response was sent");
  exchange.end();
}
