import { SpanKind, type SpanOptions } from "@opentelemetry/api";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers";
import type { Context } from "../context/context.ts";
import { runWithin } from "../context/current.ts";
import { runSuppressed } from "../context/suppression.ts";
import { VERSION } from "../core/version.ts";
import type { CurrentRequest, RequestScope } from "../request/request-scope.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { startGuarded } from "../trace/guarded.ts";
import { HTTP_SCOPE, hostAndPort, methodOf } from "./http-attributes.ts";
import { FIRST_ERROR_OF_SERVER, HttpExchange } from "./http-exchange.ts";
import type { HttpPolicy } from "./http-policy.ts";
import { receivedContext } from "./received-context.ts";
import { attempt, guarded } from "./subscription.ts";

/** What of a received request is read, of whatever protocol and framework. */
export interface ServedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly httpVersion?: string | undefined;
  readonly socket?: object | null | undefined;
}

/** How a request ended. */
export interface Completion {
  readonly request: CurrentRequest;
  /** Undefined where nothing was sent. */
  readonly status: number | undefined;
  /** The client went away before it had its answer. */
  readonly isAborted: boolean;
  /** In seconds, as it is measured. */
  readonly duration: number;
  /** What the handler threw, where it did and that was told. */
  readonly thrown: unknown;
}

/** How a response ended. */
export interface Ending {
  readonly status: number | undefined;
  readonly isAborted: boolean;
}

/** How long a handler may keep what belongs to its request once that is over, in ms. */
const LONGEST_HOLD = 5_000;

const tracerIn = currentTracer(HTTP_SCOPE, VERSION);

/**
 * A request that is being served: its scope and, unless another traces it or nobody is to, its span and measurements. It
 * ends once, from references of its own, in whatever context that is told.
 */
export class ServerExchange {
  readonly request: RequestScope;
  /** The one in which it is handled. */
  context: Context;
  /** Asked as it ends, where nobody has set the request's route. */
  routeOf: (() => unknown) | undefined;
  /** Whether middleware has; a second one has nothing to add. */
  isJoined = false;
  readonly #http: HttpExchange | undefined;
  readonly #began = performance.now();
  #thrown: { readonly reason: unknown } | undefined;
  #isAnswered = false;
  #completion: Completion | undefined;
  #onEnd: ((completion: Completion) => void) | undefined;
  #isClosing = false;
  #holds = 0;

  constructor(request: RequestScope, context: Context, http?: HttpExchange) {
    this.request = request;
    this.context = context;
    this.#http = http;
  }

  /** Whether its span is somebody else's, or there is none. */
  get isUntraced(): boolean {
    return this.#http === undefined;
  }

  /** What a handler threw: it is told where the status says that it was an error of the server, or there is none. */
  noteThrown(thrown: unknown): void {
    this.#thrown ??= { reason: thrown };
  }

  /** While a handler is at work nothing is cleaned up under it, though its client has gone; call the result when it is done. */
  hold(): () => void {
    let isHeld = true;
    this.#holds++;
    return () => {
      if (isHeld && --this.#holds === 0 && this.#isClosing) this.#letGo();
      isHeld = false;
    };
  }

  end(ending: Ending): void {
    this.answer(ending);
    this.close();
  }

  /** Tells what came of it. Never throws. */
  answer({ status, isAborted }: Ending): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const { request } = this;
    if (isAborted) request.abort();
    this.findRoute();
    const duration = this.#endHttp(status, isAborted);
    this.#completion = { request, status, isAborted, duration, thrown: this.#thrown?.reason };
    this.#tell();
  }

  /** Has `listener` told how it ended, once, in its context, before anything is let go; at once where it has. */
  whenOver(listener: (completion: Completion) => void): void {
    this.#onEnd = listener;
    this.#tell();
  }

  #tell(): void {
    const [completion, listener] = [this.#completion, this.#onEnd];
    if (completion === undefined || listener === undefined) return;
    runWithin(this.context, guarded("a request's end", listener), completion);
  }

  /** Lets go of all that belongs to it, once nobody is at work with it. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#holds === 0) this.#letGo();
    else runSuppressed(() => setTimeout(() => this.#letGo(), LONGEST_HOLD)).unref();
  }

  #letGo(): void {
    runWithin(this.context, endRequest, this.request);
  }

  /** As it was set, else as the framework has it, whose object may be anything. */
  findRoute(): string | undefined {
    const { request, routeOf } = this;
    if (request.route === undefined && routeOf !== undefined)
      attempt("a request's route", () => {
        const route = routeOf();
        if (typeof route === "string" && route !== "") request.route = route;
      });
    return request.route;
  }

  /** In seconds. */
  #endHttp(status: number | undefined, isAborted: boolean): number {
    const http = this.#http;
    let duration = (performance.now() - this.#began) / 1000;
    if (http === undefined) return duration;
    const { route, userId } = this.request;
    attempt("a request's span", () => {
      if (route !== undefined) http.tellRoute(route);
      if (userId !== undefined) http.span.setAttribute("user.id", userId);
      if (status !== undefined) http.answer(status);
      if (isAborted) http.fail("aborted", "the connection closed before the response was sent");
      else if (this.#thrown !== undefined && (status === undefined || status >= FIRST_ERROR_OF_SERVER))
        http.failBy(this.#thrown.reason);
    });
    attempt("a request's end", () => (duration = http.end()));
    return duration;
  }
}

function endRequest(request: RequestScope): void {
  void request.end();
}

/** Its span and measurements. `empty` holds its scope.  (Semantic conventions: HTTP server spans and metrics) */
export function beginServerExchange(
  served: ServedRequest,
  scope: RequestScope,
  empty: Context,
  policy: HttpPolicy,
): ServerExchange {
  const { headers, httpVersion, method } = served;
  const { context, links } = receivedContext(served, empty, policy);
  const { remoteAddress, encrypted } = (served.socket ?? {}) as {
    readonly remoteAddress?: string;
    readonly encrypted?: boolean;
  };
  const scheme = encrypted === true ? "https" : "http";
  const { name, known, original } = methodOf(method, policy.knownMethods);
  // HTTP/2 has a header of its own for it.
  const authority = headers["host"] ?? headers[":authority"];
  const { host, port } = hostAndPort(typeof authority === "string" ? authority : undefined, scheme);
  const measured = {
    "http.request.method": known,
    "url.scheme": scheme,
    // (Semantic conventions: network.protocol.version: "2", not "2.0")
    "network.protocol.version": httpVersion === "2.0" ? "2" : httpVersion,
  };
  const attributes = {
    ...measured,
    "http.request.method_original": original,
    "url.path": scope.path,
    "server.address": host,
    "server.port": port,
    "client.address": remoteAddress,
    "user_agent.original": headers["user-agent"],
  };
  const options: SpanOptions = { kind: SpanKind.SERVER, attributes };
  if (links !== undefined) options.links = links;
  const span = startGuarded(tracerIn, name, options, context);
  const own = context.withSpan(span, empty.scope);
  return new ServerExchange(scope, own, new HttpExchange(SpanKind.SERVER, span, own, measured));
}
