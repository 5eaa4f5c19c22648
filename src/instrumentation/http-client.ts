import type { ClientRequest, IncomingMessage } from "node:http";
import { report } from "../core/diagnostics.ts";
import { beginClientExchange, breakOff, type Target, targetAttributes } from "./client-exchange.ts";
import { hostAndPort } from "./http-attributes.ts";
import type { HttpExchange } from "./http-exchange.ts";
import type { HttpPolicy } from "./http-policy.ts";
import { OpenExchanges } from "./open-exchanges.ts";
import { guarded, Subscription } from "./subscription.ts";

/** Node 20 tells of a request only when its headers are on their way. */
const CAN_INJECT = Number.parseInt(process.versions.node, 10) >= 22;

interface Answered {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** A client span for every request made with node:http, and the trace's headers on it. */
export function traceHttpClient(policy: HttpPolicy): Subscription {
  const exchanges = new OpenExchanges<ClientRequest>();
  return (
    new Subscription()
      .on<{ request: ClientRequest }>(
        CAN_INJECT ? "http.client.request.created" : "http.client.request.start",
        ({ request }) => {
          const exchange = begin(request, policy);
          if (exchange === undefined) return;
          exchanges.set(request, exchange);
          // It comes once the response has come or broken off, too.
          const onClose = guarded("a request's close", () => {
            if (exchanges.take(request) !== undefined) endClosed(exchange, request);
          });
          request.once("close", onClose);
        },
      )
      // Told as the head of the response has arrived.
      .on<Answered>("http.client.response.finish", ({ request, response }) => {
        const exchange = exchanges.get(request);
        if (exchange !== undefined) answer(exchange, request, response);
      })
      .on<{ request: ClientRequest; error: unknown }>("http.client.request.error", ({ request, error }) => {
        const exchange = exchanges.take(request);
        if (exchange !== undefined) breakOff(exchange, error);
      })
  );
}

function begin(request: ClientRequest, policy: HttpPolicy): HttpExchange | undefined {
  // Most likely an instrumentation has, whose span is not active any more by the time that Node 20 tells of the request.
  if (!CAN_INJECT && request.hasHeader("traceparent")) return undefined;
  return beginClientExchange(
    {
      ...targetOf(request, undefined),
      method: request.method,
      getHeader: (name) => request.getHeader(name)?.toString(),
      setHeader: (name, value) => setHeader(request, name, value),
    },
    policy,
  );
}

function setHeader(request: ClientRequest, name: string, value: string): void {
  if (!request.headersSent) return void request.setHeader(name, value);
  const reason = CAN_INJECT
    ? "its headers were given as an array, or with expect: 100-continue"
    : "Node 20 offers no way to add it; Node 22 does";
  report("no_injection", `an outgoing node:http request carries no traceparent: ${reason}`);
}

/** The server that the Host header names; where it cannot be read, whoever is connected. */
function targetOf(request: ClientRequest, connectedPort: number | undefined): Target {
  const header = request.getHeader("host");
  const scheme = request.protocol.slice(0, -1);
  const { host, port } = hostAndPort(typeof header === "string" ? header : undefined, scheme);
  if (host === undefined)
    return { scheme, host: request.host, port: connectedPort, requestTarget: request.path };
  return { scheme, host, port, requestTarget: request.path };
}

function answer(exchange: HttpExchange, request: ClientRequest, response: IncomingMessage): void {
  const { remoteAddress, remotePort } = response.socket;
  if (typeof request.getHeader("host") !== "string") tellConnected(exchange, request, remotePort);
  exchange.tell("network.protocol.version", response.httpVersion);
  exchange.span.setAttributes({ "network.peer.address": remoteAddress, "network.peer.port": remotePort });
  exchange.answer(response.statusCode ?? 0);
}

/** Where the Host header does not say it, the port is known only now. */
function tellConnected(exchange: HttpExchange, request: ClientRequest, port: number | undefined): void {
  const target = targetAttributes(targetOf(request, port));
  exchange.span.setAttributes(target);
  exchange.measureWith("server.port", target["server.port"]);
}

function endClosed(exchange: HttpExchange, request: ClientRequest): void {
  const { res } = request as { res?: IncomingMessage | null };
  if (res === undefined || res === null) return breakOff(exchange, new Error("the request was given up"));
  // Of a connection that was upgraded no answer is told.
  if (!exchange.isAnswered) exchange.answer(res.statusCode ?? 0);
  // A response that is not complete and has no error is one of which the caller wants no more.
  if (res.complete || res.errored === null) exchange.end();
  else breakOff(exchange, res.errored);
}
