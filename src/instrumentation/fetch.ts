import { beginClientExchange, breakOff, type OutgoingRequest } from "./client-exchange.ts";
import { DEFAULT_PORTS } from "./http-attributes.ts";
import { unlessTraced } from "./official-undici.ts";
import type { HttpPolicy } from "./http-policy.ts";
import { OpenExchanges } from "./open-exchanges.ts";
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
  addHeader: (name: string, value: string) => void;
}

/** A client span for every request of `fetch` and undici, each redirect its own, and the trace's headers on it. */
export function traceFetch(policy: HttpPolicy): Subscription {
  const exchanges = new OpenExchanges<UndiciRequest>();
  return new Subscription()
    .on<{ request: UndiciRequest }>("undici:request:create", ({ request }) => {
      const exchange = unlessTraced(headersOf(request, "traceparent"), () =>
        // An upgraded connection is no request: nothing tells when it is over.
        request.upgrade ? undefined : beginClientExchange(outgoing(request), policy),
      );
      if (exchange !== undefined) exchanges.set(request, exchange);
    })
    .on<{ request: UndiciRequest; response: { statusCode: number } }>(
      "undici:request:headers",
      ({ request, response: { statusCode } }) => {
        // Told of hints, too, which come before the answer.
        if (statusCode >= 200) exchanges.get(request)?.answer(statusCode);
      },
    )
    .on<{ request: UndiciRequest }>("undici:request:trailers", ({ request }) =>
      exchanges.take(request)?.end(),
    )
    .on<{ request: UndiciRequest; error: unknown }>("undici:request:error", ({ request, error }) => {
      const exchange = exchanges.take(request);
      if (exchange !== undefined) breakOff(exchange, error);
    });
}

function outgoing(request: UndiciRequest): OutgoingRequest {
  const { protocol, hostname, port } = new URL(request.origin);
  const scheme = protocol.slice(0, -1);
  const add = addingOnce(request);
  return {
    method: request.method,
    scheme,
    host: hostname,
    port: Number(port) || DEFAULT_PORTS[scheme],
    requestTarget: request.path,
    getHeader: (name) => headersOf(request, name)[0],
    setHeader: add,
  };
}

/**
 * Adds headers, names in lowercase, that nobody adds again: others who hear of this request may add one without looking,
 * and two traceparents would tear the trace.
 */
function addingOnce(request: UndiciRequest): (name: string, value: string) => void {
  const { addHeader } = request;
  const added = new Set<string>();
  request.addHeader = (name, value) => {
    if (!added.has(name.toLowerCase())) addHeader.call(request, name, value);
  };
  return (name, value) => {
    addHeader.call(request, name, value);
    added.add(name.toLowerCase());
  };
}

/** Each line, by a name in lowercase. */
function headersOf({ headers }: UndiciRequest, name: string): string[] {
  if (typeof headers === "string")
    return Array.from(headers.matchAll(new RegExp(`^${name}: *(.*)$`, "gim")), ([, value]) => value ?? "");
  return headers
    .filter((_, place) => place % 2 === 1 && String(headers[place - 1]).toLowerCase() === name)
    .map(String);
}
