/// <reference lib="esnext.disposable" preserve="true" />
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { MalformedOtlpError } from "../otlp/malformed-otlp-error.ts";
import { ClientGone, readBody } from "./body.ts";
import { admit } from "./gate.ts";
import {
  formatOf,
  mediaTypeOf,
  type MessageFormat,
  statusMessage,
  successMessage,
} from "./message-format.ts";
import { Refusal } from "./refusal.ts";
import { keepFor } from "./routes.ts";
import { TelemetryStore } from "./store.ts";

export interface ReceiverOptions {
  /** 4318 unless given; 0 takes any that is free. */
  readonly port?: number | undefined;
  /** The address to listen on. Unless given, 127.0.0.1: only programs on this machine can connect. */
  readonly host?: string | undefined;
  /** Memory for what is kept, in bytes; 64 MiB unless given. */
  readonly maxBytes?: number | undefined;
}

/** A running receiver; closed by `close()` or at the end of `await using`. */
export interface Receiver extends AsyncDisposable {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is to be set to. */
  readonly endpoint: string;
  readonly store: TelemetryStore;
  /** Takes no more requests, finishes those under way and frees the port. */
  close(): Promise<void>;
}

/** The port that OTLP/HTTP is registered for. */
export const DEFAULT_PORT = 4318;
const DEFAULT_HOST = "127.0.0.1";

/** How long a client may take, in ms: for the headers, for the request, and idle between two requests. */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
} as const;
/** Bounds the bodies that are in memory at the same time. */
const MAX_CONNECTIONS = 128;
/** How long requests under way may take after `close()`, in ms. */
const CLOSING_TIME = 500;

/**
 * Listens for OTLP/HTTP (protobuf and JSON) and keeps traces and metrics in memory. Log records are told to who listens to
 * the store, and not kept. Rejects with Node's own error where the port is taken.
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const store = new TelemetryStore(options.maxBytes);
  const host = options.host ?? DEFAULT_HOST;
  const server = createServer(TIMEOUTS, (request, response) => void answer(request, response, store, host));
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    // Stays for good: after the promise has settled, an error of the socket must not end the process.
    server.on("error", reject);
    // Its requests are handled in the context that it listens in: a program that receives its own must not trace that.
    runSuppressed(() => server.listen(options.port ?? DEFAULT_PORT, host, resolve));
  });
  const close = once(() => closeServer(server));
  return { endpoint: endpointOf(server), store, close, [Symbol.asyncDispose]: close };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  store: TelemetryStore,
  host: string,
): Promise<void> {
  // A client that goes away while it is answered is no trouble of ours.
  response.on("error", () => {});
  const format = formatOf(request.headers["content-type"]) ?? "json";
  try {
    await serve(request, store, host);
    send(response, 200, format, successMessage(format));
  } catch (thrown) {
    if (thrown instanceof ClientGone) return;
    const refusal = refusalFor(thrown);
    if (refusal.status === 405) response.setHeader("allow", "POST");
    send(response, refusal.status, format, statusMessage(format, refusal.message));
    request.resume();
  }
}

async function serve(request: IncomingMessage, store: TelemetryStore, host: string): Promise<void> {
  admit(request, host);
  const keep = keepFor(request.url ?? "");
  if (keep === undefined) throw new Refusal(404, "telemetry goes to /v1/traces, /v1/metrics or /v1/logs");
  if (request.method !== "POST") throw new Refusal(405, "telemetry is sent with POST");
  const format = formatOf(request.headers["content-type"]);
  if (format === undefined)
    throw new Refusal(415, "content-type is application/x-protobuf or application/json");
  keep(store, format, await readBody(request));
}

function refusalFor(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (thrown instanceof MalformedOtlpError) return new Refusal(400, thrown.message);
  report("internal_error", `the receiver failed on a request: ${describe(thrown)}`);
  return new Refusal(500, "the receiver failed on this request");
}

function send(response: ServerResponse, status: number, format: MessageFormat, message: Uint8Array): void {
  response.writeHead(status, {
    "content-type": mediaTypeOf(format),
    "content-length": message.byteLength,
    "x-content-type-options": "nosniff",
  });
  response.end(message);
}

function endpointOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_TIME);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function once<Result>(act: () => Result): () => Result {
  let done: { readonly result: Result } | undefined;
  return () => (done ??= { result: act() }).result;
}
