import { bindEmitter } from "../context/bind.ts";
import type { Context } from "../context/context.ts";
import { emptied } from "../context/open-scope.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed, suppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";
import { RequestScope } from "../request/request-scope.ts";
import { pathOf } from "./http-attributes.ts";
import type { HttpPolicy } from "./http-policy.ts";
import { beginServerExchange, type Ending, ServerExchange, type ServedRequest } from "./server-exchange.ts";
import { guarded } from "./subscription.ts";

/** What of an EventEmitter is called. */
interface Emitter {
  once(event: string, listener: () => void): unknown;
}

/** What of node:http's response, or of what stands in for one, is read. */
export interface ServedResponse extends Emitter {
  readonly headersSent: boolean;
  readonly statusCode: number;
  readonly writableFinished: boolean;
  readonly writableEnded: boolean;
  readonly destroyed?: boolean;
  /** That of http2. */
  readonly stream?: { readonly destroyed: boolean };
}

/** What of a connection is read: an injected request has none of it. */
interface Connection extends Partial<Emitter> {
  readonly bytesWritten?: number;
  readonly server?: object | null;
}

/** Of all copies of this package, by the request that node:http or a framework has: what is being served. */
const open = processWide("exchanges", () => ({ byRequest: new WeakMap<object, ServerExchange>() }));

export function exchangeOf(request: object): ServerExchange | undefined {
  return open.byRequest.get(request);
}

/**
 * Begins to serve a request. All events of request and response are dispatched in its context from now on, but not the
 * running callback. Where another instrumentation traces it, it has its scope alone, and events are that one's business.
 *
 * @param response undefined where it comes as what the handler returns
 * @param known the object by which others know the request
 */
export function beginToServe(
  request: ServedRequest,
  response: ServedResponse | undefined,
  ambient: Context,
  policy: HttpPolicy,
  known: object = request,
): ServerExchange {
  const { headers, method, url, socket } = request;
  const own = new RequestScope({
    requestId: headers["x-request-id"],
    correlationId: headers["x-correlation-id"],
    method,
    path: pathOf(url),
    response,
  });
  // What is ambient here is whatever the server was made in: only where telemetry goes is taken from it.
  const empty = emptied(ambient, new Scope(undefined, own));
  const isOthers = isTracedByOthers(socket);
  const exchange = isOthers ? new ServerExchange(own, empty) : exchangeFor(request, own, empty, policy);
  open.byRequest.set(known, exchange);
  if (isOthers || response === undefined) return exchange;
  bindEmitter(exchange.context, request);
  bindEmitter(exchange.context, response);
  return exchange;
}

/** Never throws: a tracer, or a propagator, may be another SDK's. */
function exchangeFor(
  request: ServedRequest,
  own: RequestScope,
  empty: Context,
  policy: HttpPolicy,
): ServerExchange {
  if (isTracingSuppressed(empty) || !policy.tracesServers) return new ServerExchange(own, empty);
  if (policy.isIgnored(request)) return new ServerExchange(own, suppressed(empty));
  try {
    return beginServerExchange(request, own, empty, policy);
  } catch (thrown) {
    report("internal_error", `a received request could not be traced (${describe(thrown)})`);
    return new ServerExchange(own, empty);
  }
}

/** The official instrumentation wraps the method by which a server tells of its requests, and marks what it wraps. */
function isTracedByOthers(socket: ServedRequest["socket"]): boolean {
  const { server } = (socket ?? {}) as Connection;
  if (server === undefined || server === null) return false;
  // Of its class: the server's own may be ours, where it was bound.
  const { emit } = Object.getPrototypeOf(server) as { readonly emit?: object };
  return emit !== undefined && "__wrapped" in emit;
}

/** The exchanges that are open on a connection: by response what ends each. */
const openOn = new WeakMap<object, Map<ServedResponse, () => void>>();

/**
 * At the response's close, and at the connection's, for below Node 24 a response that never got it does not close; where
 * nobody is to be served after it on the connection, or there is none, as its last byte is handed over, too.
 */
export function endWith(
  exchange: ServerExchange,
  connection: Connection,
  response: ServedResponse,
  ...sooner: readonly "finish"[]
): void {
  const others = openOn.get(connection) ?? watched(connection);
  // Somebody has taken our listener off those.
  for (const [earlier, end] of others) if (isSent(earlier)) end();
  const before = connection.bytesWritten ?? 0;
  const end = guarded("a response's close", () => {
    // As far as the connection tells, whose bytes may be of a hint or of the response before.
    const isAnySent = !((connection.bytesWritten ?? Infinity) <= before);
    if (others.delete(response)) exchange.end(endingOf(response, isAnySent));
  });
  others.set(response, end);
  for (const event of ["close", ...sooner]) response.once(event, end);
  // It tells that no more.
  if (isClosed(response)) end();
}

function isClosed({ destroyed, stream }: ServedResponse): boolean {
  return destroyed === true || stream?.destroyed === true;
}

function watched(connection: Connection): Map<ServedResponse, () => void> {
  const others = new Map<ServedResponse, () => void>();
  openOn.set(connection, others);
  connection.once?.("close", () => {
    for (const end of others.values()) end();
  });
  return others;
}

/** Of a connection that closed before the response was sent the status counts only if any of it was sent. */
function endingOf(response: ServedResponse, isAnySent: boolean): Ending {
  const { headersSent, statusCode } = response;
  const isTold = headersSent && (isAnySent || isSent(response));
  return { status: isTold ? statusCode : undefined, isAborted: !isSent(response) };
}

/** Of http2 a response that was broken off is finished, too, but never ended. */
function isSent({ writableFinished, writableEnded }: ServedResponse): boolean {
  return writableFinished && writableEnded;
}
