import { bindRequest } from "../context/bind.ts";
import type { Context } from "../context/context.ts";
import { emptied } from "../context/open-scope.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed, suppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { hiddenField } from "../core/hidden-field.ts";
import { processWide } from "../core/process-wide.ts";
import { RequestScope } from "../request/request-scope.ts";
import { pathOf } from "./http-attributes.ts";
import type { HttpPolicy } from "./http-policy.ts";
import { beginServerExchange, ServerExchange, type ServedRequest } from "./server-exchange.ts";
import { attempt } from "./subscription.ts";

/** What of an EventEmitter is called. */
interface Emitter {
  on(event: string, listener: () => void): unknown;
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

/** Of all copies of this package, on the request that node:http or a framework has: what is being served. */
const exchanges = processWide("exchanges", () => hiddenField<ServerExchange>());

export function exchangeOf(request: object): ServerExchange | undefined {
  return exchanges.get(request);
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
  exchanges.set(known, exchange);
  if (isOthers || response === undefined) return exchange;
  bindRequest(exchange.context, request);
  bindRequest(exchange.context, response);
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

/** A response that is not over, and the exchange that ends with it. */
class OpenResponse {
  readonly #exchange: ServerExchange;
  readonly #connection: Connection;
  readonly #response: ServedResponse;
  /** Those that are open on the connection. */
  readonly #open: OpenResponse[];
  readonly #sentBefore: number;

  constructor(
    exchange: ServerExchange,
    connection: Connection,
    response: ServedResponse,
    open: OpenResponse[],
  ) {
    this.#exchange = exchange;
    this.#connection = connection;
    this.#response = response;
    this.#open = open;
    this.#sentBefore = connection.bytesWritten ?? 0;
    open.push(this);
  }

  /** Of http2 a response that was broken off is finished, too, but never ended. */
  get isSent(): boolean {
    return this.#response.writableFinished && this.#response.writableEnded;
  }

  /** Once. */
  end(): void {
    const place = this.#open.indexOf(this);
    if (place < 0) return;
    this.#open.splice(place, 1);
    const { headersSent, statusCode } = this.#response;
    const isTold = headersSent && (this.isSent || this.#isAnySent());
    this.#exchange.end({ status: isTold ? statusCode : undefined, isAborted: !this.isSent });
  }

  /** As far as the connection tells, whose bytes may be of a hint or of the response before. */
  #isAnySent(): boolean {
    return !((this.#connection.bytesWritten ?? Infinity) <= this.#sentBefore);
  }
}

/** By connection, or what stands in for one. */
const openOn = hiddenField<OpenResponse[]>();

/**
 * At the response's close, and at the connection's, for below Node 24 a response that never got it does not close; where
 * nobody is to be served after it on the connection, or there is none, as its last byte is handed over, too. Of one that
 * was broken off the status counts only if any of it was sent.
 */
export function endWith(
  exchange: ServerExchange,
  connection: Connection,
  response: ServedResponse,
  ...sooner: readonly "finish"[]
): void {
  const open = openOn.get(connection) ?? watched(connection);
  // Somebody has taken our listener off those.
  for (const earlier of open.filter(({ isSent }) => isSent)) end(earlier);
  const own = new OpenResponse(exchange, connection, response, open);
  // Never taken off: it does nothing the second time, and lives as long as the response.
  const over = (): void => end(own);
  for (const event of ["close", ...sooner]) response.on(event, over);
  // It tells that no more.
  if (isClosed(response)) over();
}

function end(response: OpenResponse): void {
  attempt("a response's close", () => response.end());
}

function isClosed({ destroyed, stream }: ServedResponse): boolean {
  return destroyed === true || stream?.destroyed === true;
}

function watched(connection: Connection): OpenResponse[] {
  const open: OpenResponse[] = [];
  openOn.set(connection, open);
  connection.on?.("close", () => open.slice().forEach(end));
  return open;
}
