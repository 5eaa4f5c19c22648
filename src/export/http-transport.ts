import { clearTimeout, setTimeout } from "node:timers";
import type { ClientRequest, IncomingMessage } from "node:http";
import { VERSION } from "../core/version.ts";
import { describe } from "../core/diagnostics.ts";
import { decodeRejection } from "../otlp/decode-rejection.ts";
import { toJson } from "../otlp/to-json.ts";
import { JSON_SAFE_BYTES, type Outcome, REQUEST_BYTES, type Transport } from "./outcome.ts";

/** As OTLP names them. */
export type Signal = "traces" | "metrics" | "logs";

/** Where OTLP of one signal goes, and how. */
export interface HttpTarget {
  /** The full URL of one signal: http://localhost:4318/v1/traces */
  readonly url: URL;
  readonly signal: Signal;
  readonly protocol: OtlpProtocol;
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt, from connecting to the last byte of the response, in ms. */
  readonly timeout: number;
  readonly compression?: "gzip" | "none";
  readonly tls?: TlsFiles;
  /** Whether bodies that wait may go together; default false. */
  readonly joins?: boolean;
}

/** (Specification: OTLP Exporter, OTEL_EXPORTER_OTLP_PROTOCOL) */
export type OtlpProtocol = "http/protobuf" | "http/json";

/** PEM texts: whom to trust, and who we are. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly key?: string | undefined;
  readonly cert?: string | undefined;
}

/** A response may be this long, in bytes; one that is longer is discarded, and an error.  (OTLP specification: 4 MiB) */
const RESPONSE_LIMIT = 4 * 1024 * 1024;

/** Of what a collector says of its refusal so much is told, in bytes. */
const REASON_LENGTH = 200;

/** The statuses that a later attempt may cure.  (OTLP specification: retryable response codes) */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** What says that nobody is there, or no way to them. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Posts bodies of OTLP, given as protobuf, over a kept-alive connection. Never holds the process open by itself. */
export function httpTransport(target: HttpTarget): Transport {
  const { url, signal, protocol, headers, timeout, compression, tls } = target;
  // Loaded here and not above, so that importing the package does not load node:http.
  const http = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1, ...tls });
  let isClosed = false;
  const fixed = {
    ...headers,
    "content-type": protocol === "http/json" ? "application/json" : "application/x-protobuf",
    ...(compression === "gzip" && { "content-encoding": "gzip" }),
    "user-agent": `OTel-OTLP-Exporter-JavaScript/${VERSION} throughline/${VERSION}`,
  };
  const attempt = (body: Uint8Array): Promise<Outcome> =>
    new Promise((resolve) => {
      const options = { method: "POST", agent, headers: { ...fixed, "content-length": body.byteLength } };
      post(http.request(url, options), body, timeout, resolve);
    });
  const send = async (body: Uint8Array): Promise<Outcome> => {
    try {
      const written = protocol === "http/json" ? toJson(body, signal) : body;
      if (written.byteLength > REQUEST_BYTES) return { kind: "too_large" };
      const compressed = compression === "gzip" ? await gzipped(written) : written;
      // Whoever closed meanwhile has the items in the account already.
      return isClosed ? { kind: "rejected", reason: "closed" } : await attempt(compressed);
    } catch (thrown) {
      return { kind: "rejected", reason: `the request could not be made (${describe(thrown)})` };
    }
  };
  const close = (): void => {
    isClosed = true;
    agent.destroy();
  };
  return { joinedBytes: joinedBytesOf(target), send, close };
}

function joinedBytesOf({ joins = false, protocol }: HttpTarget): number {
  if (!joins) return 0;
  return protocol === "http/json" ? JSON_SAFE_BYTES : REQUEST_BYTES;
}

/** Off the main thread; at the fastest level, whose bodies are a tenth larger. */
function gzipped(body: Uint8Array): Promise<Uint8Array> {
  const { constants, gzip } = process.getBuiltinModule("node:zlib");
  return new Promise((resolve, reject) => {
    gzip(body, { level: constants.Z_BEST_SPEED }, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}

function post(
  request: ClientRequest,
  body: Uint8Array,
  timeout: number,
  resolve: (outcome: Outcome) => void,
): void {
  const timer = setTimeout(
    () => request.destroy(new Error(`no answer within ${timeout} ms`)),
    timeout,
  ).unref();
  const settle = (outcome: Outcome): void => {
    clearTimeout(timer);
    resolve(outcome);
  };
  request.on("socket", (socket) => {
    socket.unref();
    // Where a host has several addresses, each attempt to connect has a handle of its own.
    if (socket.connecting) socket.once("connect", () => socket.unref());
  });
  let hasAnswered = false;
  request.on("response", (response) => {
    hasAnswered = true;
    read(response, settle);
  });
  request.on("error", (error: NodeJS.ErrnoException) => {
    // Once there is a status, it decides: its response ends too, by itself or by the time-out.
    if (!hasAnswered) settle(fault(error));
  });
  // An answer of 101, say, takes the connection away without a response or an error.
  request.on("close", () => {
    if (!hasAnswered) settle(fault(new Error("the connection closed without an answer")));
  });
  request.end(body);
}

function fault(error: NodeJS.ErrnoException): Outcome {
  const isUnreachable = UNREACHABLE.has(error.code ?? "");
  return { kind: "again", reason: error.code ?? error.message, after: undefined, isUnreachable };
}

function read(response: IncomingMessage, settle: (outcome: Outcome) => void): void {
  const chunks: Uint8Array[] = [];
  let length = 0;
  response.on("data", (chunk: Uint8Array) => {
    length += chunk.byteLength;
    if (length <= RESPONSE_LIMIT) chunks.push(chunk);
    else response.destroy();
  });
  // `close` comes in every case: after the end, after an abort, after our own destroy.
  response.on("error", () => {});
  response.on("close", () => {
    if (length > RESPONSE_LIMIT) settle(outcomeOf(response, "too long"));
    else settle(outcomeOf(response, response.complete ? Buffer.concat(chunks) : undefined));
  });
}

function outcomeOf(response: IncomingMessage, body: Buffer | "too long" | undefined): Outcome {
  const status = response.statusCode ?? 0;
  if (RETRYABLE.has(status)) {
    return {
      kind: "again",
      reason: `HTTP ${status}`,
      after: retryAfter(response.headers["retry-after"]),
      isUnreachable: false,
    };
  }
  if (status < 200 || status > 299)
    return { kind: "rejected", reason: `HTTP ${status}${said(response, body)}` };
  // An error by the specification; but the collector has it, so it is not to be sent again.
  if (body === "too long")
    return { kind: "delivered", rejected: Infinity, reason: "its answer is longer than 4 MiB" };
  // The status says that the collector has it; an answer that broke off takes nothing back.
  const isJson = /^application\/json/i.test(response.headers["content-type"] ?? "");
  const { rejected, message } = decodeRejection(body ?? Buffer.of(), isJson);
  return { kind: "delivered", rejected, reason: message };
}

/** What a collector says of its refusal, where it says it in text. */
function said({ headers }: IncomingMessage, body: Buffer | "too long" | undefined): string {
  const isText = /^(?:text\/plain|application\/json)/i.test(headers["content-type"] ?? "");
  if (!isText || typeof body !== "object") return "";
  const text = body.toString("utf8", 0, REASON_LENGTH).trim();
  return text === "" ? "" : `: ${text}`;
}

/** Seconds or an HTTP date, as ms from now.  (RFC 9110, 10.2.3) */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}
