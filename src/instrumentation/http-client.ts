import type { Span } from "@opentelemetry/api";
import type { ClientRequest, IncomingMessage } from "node:http";
import { report } from "../core/diagnostics.ts";
import {
  failClientSpan,
  recordStatus,
  startClientSpan,
  type Target,
  targetAttributes,
} from "./client-span.ts";
import { DEFAULT_PORTS } from "./http-attributes.ts";
import { guarded, Subscription } from "./subscription.ts";

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
        const onClose = guarded("a request's close", () => {
          const left = take(request);
          if (left !== undefined) endUnanswered(left, request);
        });
        request.once("close", onClose);
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

/** The connection's own host and port: a Host header may name another, and one in an array none that can be read. */
function targetOf(request: ClientRequest, connected: number | undefined): Target {
  const header = request.getHeader("host");
  const named = typeof header === "string" ? /^(.*?)(?::(\d+))?$/.exec(header) : null;
  const scheme = request.protocol.slice(0, -1);
  const isOwn = named?.[1]?.replace(/^\[|\]$/g, "") === request.host.replace(/^\[|\]$/g, "");
  const guessed = isOwn ? Number(named?.[2] ?? DEFAULT_PORTS[scheme]) : undefined;
  return { scheme, host: request.host, port: connected ?? guessed, target: request.path };
}

function endWith(span: Span, request: ClientRequest, response: IncomingMessage): void {
  span.setAttributes(targetAttributes(targetOf(request, response.socket.remotePort)));
  recordStatus(span, response.statusCode ?? 0);
  const onClose = guarded("a response's close", () => {
    if (response.complete) span.end();
    else failClientSpan(span, response.errored ?? new Error("the response broke off"));
  });
  response.once("close", onClose);
}

/** A request that closed without a response to wait for: its connection was upgraded, or it was given up. */
function endUnanswered(span: Span, request: ClientRequest): void {
  const { res } = request as { res?: IncomingMessage | null };
  if (res === undefined || res === null) return failClientSpan(span, new Error("the request was given up"));
  recordStatus(span, res.statusCode ?? 0);
  span.end();
}
