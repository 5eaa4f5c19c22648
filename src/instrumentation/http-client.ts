import type { Span } from "@opentelemetry/api";
import type { ClientRequest, IncomingMessage } from "node:http";
import { report } from "../core/diagnostics.ts";
import { failClientSpan, recordStatus, startClientSpan } from "./client-span.ts";
import { Subscription } from "./subscription.ts";

/** Node 20 tells of a request only when its headers are on their way. */
const CAN_INJECT = Number.parseInt(process.versions.node, 10) >= 22;

/** A client span for every request made with node:http, and the trace's headers on it. */
export function traceHttpClient(): Subscription {
  const spans = new WeakMap<ClientRequest, Span>();
  return new Subscription()
    .on<{ request: ClientRequest }>(
      CAN_INJECT ? "http.client.request.created" : "http.client.request.start",
      ({ request }) => {
        const span = startSpan(request);
        if (span !== undefined) spans.set(request, span);
      },
    )
    .on<{ request: ClientRequest; response: IncomingMessage }>(
      "http.client.response.finish",
      ({ request, response }) => {
        const span = spans.get(request);
        if (span === undefined) return;
        recordStatus(span, response.statusCode ?? 0);
        response.once("close", () => {
          if (response.complete) span.end();
          else failClientSpan(span, response.errored ?? new Error("the response broke off"));
        });
      },
    )
    .on<{ request: ClientRequest; error: unknown }>("http.client.request.error", ({ request, error }) => {
      const span = spans.get(request);
      if (span !== undefined) failClientSpan(span, error);
    });
}

function startSpan(request: ClientRequest): Span | undefined {
  const scheme = request.protocol.slice(0, -1);
  const authority = String(request.getHeader("host") ?? request.host);
  return startClientSpan(
    { method: request.method, scheme, authority, target: request.path },
    (name, value) => {
      if (request.hasHeader(name)) return;
      if (!request.headersSent) request.setHeader(name, value);
      else
        report(
          "no_injection",
          "an outgoing node:http request carries no traceparent: this Node, or headers given as an array, leaves no way to add it",
        );
    },
  );
}
