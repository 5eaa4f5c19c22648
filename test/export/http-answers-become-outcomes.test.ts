import { expect } from "chai";
import dns from "node:dns";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type ClientRequest, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { httpTransport } from "../../src/export/http-transport.ts";
import type { Outcome } from "../../src/export/outcome.ts";
import { TRACES_RESPONSE } from "../otlp/oracle.ts";

const TO = { signal: "traces", protocol: "http/protobuf" } as const;

/** Sends one body to a real server that answers as told. */
async function outcomeOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  timeout = 500,
): Promise<Outcome> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const headers = { "x-key": "secret" };
    return await httpTransport({
      ...TO,
      url: new URL(`http://127.0.0.1:${port}/v1/traces`),
      headers,
      timeout,
    }).send(Buffer.from("body"));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const status = (code: number, headers: Record<string, string> = {}, body: Uint8Array | string = "") =>
  outcomeOf((request, response) =>
    request.resume().on("end", () => response.writeHead(code, headers).end(body)),
  );

async function refused(type: string, body: string): Promise<unknown> {
  const outcome = await status(401, { "content-type": type }, body);
  return outcome.kind === "rejected" ? outcome.reason : outcome;
}

describe("a collector's answer", () => {
  it("200 and 202 are delivery", async () => {
    for (const code of [200, 202])
      expect(await status(code)).to.deep.equal({ kind: "delivered", rejected: 0, reason: "" });
  });

  it("429, 502, 503 and 504 are tried again", async () => {
    for (const code of [429, 502, 503, 504]) {
      expect(await status(code)).to.deep.equal({
        kind: "again",
        reason: `HTTP ${code}`,
        after: undefined,
        isUnreachable: false,
      });
    }
  });

  it("any other status is final; a redirect is not followed", async () => {
    for (const code of [301, 307, 400, 401, 404, 413, 500, 501]) {
      expect(await status(code, { location: "http://127.0.0.1:1/" })).to.deep.equal({
        kind: "rejected",
        reason: `HTTP ${code}`,
      });
    }
  });

  it("a refusal tells what the collector says of it, where it says it in text", async () => {
    expect(await refused("text/plain; charset=utf-8", "bad api key\n")).to.equal("HTTP 401: bad api key");
    expect(await refused("application/json", '{"message":"no"}')).to.equal('HTTP 401: {"message":"no"}');
    expect(await refused("text/plain", "x".repeat(5_000))).to.equal(`HTTP 401: ${"x".repeat(200)}`);
    expect(await refused("text/html", "<h1>no</h1>")).to.equal("HTTP 401");
    expect(await refused("text/plain", "")).to.equal("HTTP 401");
  });

  it("Retry-After is read as seconds, as a date, and left alone when it is nonsense", async () => {
    expect(await status(503, { "retry-after": "7" })).to.include({ after: 7000 });
    expect(await status(503, { "retry-after": new Date(Date.now() - 5000).toUTCString() })).to.include({
      after: 0,
    });
    expect(await status(503, { "retry-after": "soon" })).to.include({ after: undefined });
    const later = await status(503, { "retry-after": new Date(Date.now() + 30_000).toUTCString() });
    expect(later.kind === "again" ? later.after : later).to.be.within(25_000, 30_000);
  });

  it("a partial success says how many were refused and why", async () => {
    const body = TRACES_RESPONSE.encode({
      partialSuccess: { rejectedSpans: 3, errorMessage: "too old" },
    }).finish();
    expect(await status(200, {}, body)).to.deep.equal({ kind: "delivered", rejected: 3, reason: "too old" });
  });

  it("a partial success is read in JSON, too, where the answer is JSON", async () => {
    const json = { "content-type": "application/json; charset=utf-8" };
    const answer = (partialSuccess: object) => status(200, json, JSON.stringify({ partialSuccess }));
    for (const partial of [{ rejectedSpans: "3" }, { rejectedSpans: 3 }, { rejectedDataPoints: "3" }])
      expect(await answer({ ...partial, errorMessage: "too old" })).to.deep.equal({
        kind: "delivered",
        rejected: 3,
        reason: "too old",
      });
    for (const body of [
      "{}",
      "",
      "{",
      "5",
      '{"partialSuccess":5}',
      '{"partialSuccess":{"rejectedSpans":-1}}',
    ])
      expect(await status(200, json, body)).to.include({ kind: "delivered", rejected: 0 });
  });

  it("a success whose body is no protobuf is a success", async () => {
    expect(await status(200, {}, "<html>hello</html>")).to.include({ kind: "delivered", rejected: 0 });
  });

  it("a response of more than 4 MiB is discarded, and final, whatever its status", async () => {
    const longest = 4 * 1024 * 1024;
    expect(await status(200, {}, Buffer.alloc(longest))).to.include({ kind: "delivered" });
    expect(await status(200, {}, Buffer.alloc(longest + 1))).to.deep.equal({
      kind: "delivered",
      rejected: Infinity,
      reason: "its answer is longer than 4 MiB",
    });
    expect(await status(503, {}, Buffer.alloc(longest + 1))).to.include({ kind: "again" });
  });

  it("a connection that is refused is tried again, and said to be unreachable", async () => {
    const outcome = await httpTransport({
      ...TO,
      url: new URL("http://127.0.0.1:1/v1/traces"),
      headers: {},
      timeout: 500,
    }).send(Buffer.from("x"));
    expect(outcome).to.deep.equal({
      kind: "again",
      reason: "ECONNREFUSED",
      after: undefined,
      isUnreachable: true,
    });
  });

  it("a connection that breaks before the answer is tried again", async () => {
    expect(await outcomeOf((request) => request.socket.destroy())).to.deep.equal({
      kind: "again",
      reason: "ECONNRESET",
      after: undefined,
      isUnreachable: false,
    });
  });

  it("an answer that takes the connection for another protocol is tried again", async () => {
    const outcome = await outcomeOf((request) => {
      request.socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    });
    expect(outcome).to.include({ kind: "again", isUnreachable: false });
  });

  it("silence is tried again after the time-out", async () => {
    expect(await outcomeOf(() => {}, 30)).to.include({ kind: "again", isUnreachable: false });
  });

  it("an answer that drips for ever ends at the time-out, and its status counts", async () => {
    const outcome = await outcomeOf((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 5);
      response.on("close", () => clearInterval(timer));
    }, 60);
    expect(outcome).to.include({ kind: "delivered" });
  });

  it("no answer means that nobody is there, where no name, no way and no port lead to them", async () => {
    const { lookup } = dns;
    try {
      for (const code of ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EPIPE"]) {
        const failing = (_host: string, _options: object, done: (error: Error) => void) =>
          setImmediate(done, Object.assign(new Error(code), { code }));
        Object.assign(dns, { lookup: failing });
        const url = new URL("http://collector.invalid/v1/traces");
        const outcome = await httpTransport({ ...TO, url, headers: {}, timeout: 500 }).send(Buffer.from("x"));
        expect(outcome).to.include({ kind: "again", reason: code, isUnreachable: code !== "EPIPE" });
      }
    } finally {
      Object.assign(dns, { lookup });
    }
  });

  it("is asked for over one connection, which a close ends, also of a request that is about to be made", async () => {
    const sockets = new Set<Socket>();
    let requests = 0;
    const server = createServer((request, response) => {
      requests++;
      request.resume().on("end", () => response.end());
    }).on("connection", (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = new URL(`http://127.0.0.1:${port}/v1/traces`);
    const transport = httpTransport({ ...TO, url, headers: {}, timeout: 500, compression: "gzip" });
    for (let each = 0; each < 3; each++) await transport.send(Buffer.from("x"));
    const late = transport.send(Buffer.from("x"));
    transport.close();
    expect(await late).to.include({ kind: "rejected" });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect([sockets.size, requests]).to.deep.equal([1, 3]);
  });

  it("adds nothing to a connection that is used again", async () => {
    const sockets = new Map<Socket, number>();
    const server = createServer((request, response) => request.resume().on("end", () => response.end()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = new URL(`http://127.0.0.1:${port}/v1/traces`);
    const transport = httpTransport({ ...TO, url, headers: {}, timeout: 500 });
    const watch = (message: unknown): void => {
      const { socket } = (message as { request: ClientRequest }).request;
      if (socket !== null) sockets.set(socket, socket.listenerCount("connect"));
    };
    subscribe("http.client.response.finish", watch);
    for (let sent = 0; sent < 12; sent++) await transport.send(Buffer.from("x"));
    unsubscribe("http.client.response.finish", watch);
    transport.close();
    server.close();
    expect([...sockets.values()]).to.deep.equal([0]);
  });

  it("a header that HTTP does not allow is final, and nothing is thrown", async () => {
    const transport = httpTransport({
      ...TO,
      url: new URL("http://127.0.0.1:1/"),
      headers: { "x-key": "a\r\nb" },
      timeout: 100,
    });
    expect(await transport.send(Buffer.from("x"))).to.include({ kind: "rejected" });
  });

  it("was given the body with its type, its length and the configured headers", async () => {
    let seen: unknown;
    await outcomeOf(async (request, response) => {
      const body = await buffer(request);
      const {
        "content-type": type,
        "content-length": length,
        "x-key": key,
        "user-agent": agent,
      } = request.headers;
      seen = { url: request.url, body: body.toString(), type, length, key, agent: agent?.split("/")[0] };
      response.end();
    });
    expect(seen).to.deep.equal({
      url: "/v1/traces",
      body: "body",
      type: "application/x-protobuf",
      length: "4",
      key: "secret",
      agent: "OTel-OTLP-Exporter-JavaScript",
    });
  });
});
