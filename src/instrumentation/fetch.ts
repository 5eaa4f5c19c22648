import type { Span } from "@opentelemetry/api";
import { failClientSpan, type OutgoingRequest, recordStatus, startClientSpan } from "./client-span.ts";
import { DEFAULT_PORTS } from "./http-attributes.ts";
import { Subscription } from "./subscription.ts";

/** What undici, which is behind `fetch`, publishes of a request. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value …; one text in older versions. */
  readonly headers: readonly unknown[] | string;
  /** The protocol that a WebSocket, say, wants the connection for. */
  readonly upgrade?: unknown;
  addHeader(name: string, value: string): void;
}

/** A client span for every request of `fetch` and undici, each redirect its own, and the trace's headers on it. */
export function traceFetch(): Subscription {
  const spans = new WeakMap<UndiciRequest, Span>();
  return new Subscription()
    .on<{ request: UndiciRequest }>("undici:request:create", ({ request }) => {
      // An upgraded connection is no request: nothing tells when it is over.
      const span = request.upgrade ? undefined : startClientSpan(outgoing(request));
      if (span !== undefined) spans.set(request, span);
    })
    .on<{ request: UndiciRequest; response: { statusCode: number } }>(
      "undici:request:headers",
      ({ request, response }) => {
        const span = spans.get(request);
        if (span !== undefined) recordStatus(span, response.statusCode);
      },
    )
    .on<{ request: UndiciRequest }>("undici:request:trailers", ({ request }) => {
      spans.get(request)?.end();
    })
    .on<{ request: UndiciRequest; error: unknown }>("undici:request:error", ({ request, error }) => {
      const span = spans.get(request);
      if (span !== undefined) failClientSpan(span, error);
    });
}

function outgoing(request: UndiciRequest): OutgoingRequest {
  const { protocol, hostname, port } = new URL(request.origin);
  const scheme = protocol.slice(0, -1);
  return {
    method: request.method,
    scheme,
    host: hostname,
    port: Number(port) || DEFAULT_PORTS[scheme],
    target: request.path,
    hasHeader: (name) => hasHeader(request, name),
    setHeader: (name, value) => request.addHeader(name, value),
  };
}

function hasHeader({ headers }: UndiciRequest, name: string): boolean {
  if (typeof headers === "string") return headers.toLowerCase().includes(`${name}:`);
  return headers.some((header, index) => index % 2 === 0 && String(header).toLowerCase() === name);
}
