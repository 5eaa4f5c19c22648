import type { Span } from "@opentelemetry/api";
import type { ClientRequest, IncomingMessage } from "node:http";
import { report } from "../core/diagnostics.ts";
import { failClientSpan, recordStatus, startClientSpan, targetAttributes } from "./client-span.ts";
import { Subscription } from "./subscription.ts";

/** Node 20 tells of a request only when its headers are on their way. */
const CAN_INJECT = Number.parseInt(process.versions.node, 10) >= 22;

interface Answered {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** A client span for every request made with node:http, and the trace's headers on it. */
export function traceHttpClient(): Subscription {
  const unanswered = new WeakMap<ClientRequest, Span>();
  const take = (request: ClientRequest): Span | undefined => {
    const span = unanswered.get(request);
    unanswered.delete(request);
    return span;
  };
  return new Subscription()
    .on<{ request: ClientRequest }>(
      CAN_INJECT ? "http.client.request.created" : "http.client.request.start",
      ({ request }) => {
        const span = startSpan(request);
        if (span === undefined) return;
        unanswered.set(request, span);
        // An upgrade has no response to wait for: the connection is handed over, and the request closes.
        request.once("close", () => take(request)?.end());
      },
    )
    .on<Answered>("http.client.response.finish", ({ request, response }) => {
      const span = take(request);
      if (span !== undefined) endWith(span, request, response);
    })
    .on<{ request: ClientRequest; error: unknown }>("http.client.request.error", ({ request, error }) => {
      const span = take(request);
      if (span !== undefined) failClientSpan(span, error);
    });
}

function startSpan(request: ClientRequest): Span | undefined {
  return startClientSpan({
    ...targetOf(request, undefined),
    method: request.method,
    hasHeader: (name) => request.hasHeader(name),
    setHeader: (name, value) => setHeader(request, name, value),
  });
}

function setHeader(request: ClientRequest, name: string, value: string): void {
  if (!request.headersSent) return void request.setHeader(name, value);
  const reason = CAN_INJECT
    ? "its headers were given as an array"
    : "Node 20 offers no way to add it; Node 22 does";
  report("no_injection", `an outgoing node:http request carries no traceparent: ${reason}`);
}

/** Where the request goes: a Host header may name another host, and one that is no header yet names no port. */
function targetOf(request: ClientRequest, port: number | undefined): Parameters<typeof targetAttributes>[0] {
  const scheme = request.protocol.slice(0, -1);
  const header = request.getHeader("host");
  const isOwn = typeof header === "string" && header.replace(/:\d+$/, "") === request.host;
  const authority = isOwn ? header : port === undefined ? undefined : `${request.host}:${port}`;
  return { method: request.method, scheme, authority, target: request.path };
}

function endWith(span: Span, request: ClientRequest, response: IncomingMessage): void {
  span.setAttributes(targetAttributes(targetOf(request, response.socket.remotePort)));
  recordStatus(span, response.statusCode ?? 0);
  response.once("close", () => {
    if (response.complete) span.end();
    else failClientSpan(span, response.errored ?? new Error("the response broke off"));
  });
}
