import http from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { runIn } from "../../src/context/current.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request of no trace; undefined where it was given up after `abortAfter` ms. */
export function ask(
  url: string,
  {
    agent,
    method = "GET",
    headers = {},
    body,
    abortAfter,
  }: {
    readonly agent?: http.Agent;
    readonly method?: string;
    readonly headers?: http.OutgoingHttpHeaders;
    readonly body?: readonly string[];
    readonly abortAfter?: number;
  } = {},
): Promise<Answered | undefined> {
  return runIn(
    SUPPRESSED,
    () =>
      new Promise((resolve, reject) => {
        const request = http.request(url, { method, headers, ...(agent && { agent }) }, (response) => {
          text(response).then(
            (answer) =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
            () => resolve(undefined),
          );
        });
        request.on("error", (error) => (abortAfter === undefined ? reject(error) : resolve(undefined)));
        if (abortAfter !== undefined) setTimeout(() => request.destroy(), abortAfter);
        sendLate(request, body ?? []);
      }),
  );
}

/** The parts of a body one after the other, each a moment later. */
function sendLate(request: http.ClientRequest, [part, ...rest]: readonly string[]): void {
  if (part === undefined) return void request.end();
  request.write(part);
  setTimeout(() => sendLate(request, rest), 2);
}

/** All requests on one connection before the first answer; resolves with what came back when it is closed. */
export function pipelined(port: number, paths: readonly string[]): Promise<string> {
  return runIn(
    SUPPRESSED,
    () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => {
          const last = paths.length - 1;
          for (const [at, path] of paths.entries())
            socket.write(
              `GET ${path} HTTP/1.1\r\nHost: here\r\nX-Request-ID: ${path.slice(1).replaceAll("/", "-")}\r\n${at === last ? "Connection: close\r\n" : ""}\r\n`,
            );
        });
        text(socket).then(resolve, reject);
      }),
  );
}
