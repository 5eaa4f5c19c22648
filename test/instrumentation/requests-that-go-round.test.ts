import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import http, { type IncomingMessage, type RequestListener } from "node:http";
import https from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { Agent, fetch as undiciFetch, ProxyAgent, request, RetryAgent } from "undici";
import { withSpan } from "../../src/trace/span-helpers.ts";
import type { RecordedSpan } from "../recording.ts";
import { ofKind, serving, TELLS_LATE, tracedHttp } from "./traced-http.ts";

/** What a server was sent: for each request its path, and all lines of its traceparent. */
type Received = [path: string | undefined, traceparents: string[]][];

function linesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** The client spans while `send` asks a server of its own, and what that server was sent. */
async function sent(
  handler: RequestListener,
  send: (url: string) => Promise<unknown>,
): Promise<{ clients: RecordedSpan[]; received: Received }> {
  const received: Received = [];
  const spans = await tracedHttp(() =>
    serving(
      (incoming, response) => {
        received.push([incoming.url, linesOf(incoming, "traceparent")]);
        handler(incoming, response);
      },
      async (url) => {
        await withSpan("work", () => send(url));
      },
    ),
  );
  return { clients: ofKind(spans, SpanKind.CLIENT), received };
}

const header = (span: RecordedSpan | undefined) => `00-${span?.traceId}-${span?.spanId}-03`;
const pem = (name: string) => readFileSync(`test/export/tls/${name}.pem`, "utf8");
const statuses = (spans: readonly RecordedSpan[]) =>
  spans.map(({ attributes }) => attributes["http.response.status_code"]);

describe("a request that goes round", () => {
  it("by redirects is a span for each, with a traceparent of its own", async () => {
    const { clients, received } = await sent(
      (incoming, response) => {
        if (incoming.url === "/last") response.end();
        else response.writeHead(302, { location: incoming.url === "/" ? "/next" : "/last" }).end();
      },
      async (url) => (await fetch(url)).text(),
    );
    expect(statuses(clients)).to.deep.equal([302, 302, 200]);
    expect(new Set(clients.map(({ parentSpanId }) => parentSpanId)).size).to.equal(1);
    expect(received).to.deep.equal(
      ["/", "/next", "/last"].map((path, index) => [path, [header(clients[index])]]),
    );
  });

  it("by retries is a span for each, with a traceparent of its own", async () => {
    let count = 0;
    const { clients, received } = await sent(
      (_incoming, response) => void response.writeHead(++count < 3 ? 503 : 200).end(),
      async (url) => {
        const dispatcher = new RetryAgent(new Agent(), { minTimeout: 1 });
        await (await request(url, { dispatcher })).body.dump();
        await dispatcher.close();
      },
    );
    expect(statuses(clients)).to.deep.equal([503, 503, 200]);
    expect(clients.map(({ status }) => status.code)).to.deep.equal([
      SpanStatusCode.ERROR,
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
    expect(received).to.deep.equal(clients.map((span) => ["/", [header(span)]]));
  });

  for (const isTunnel of [true, false]) {
    it(`by a proxy ${isTunnel ? "through a tunnel" : "that forwards"} is one span, which names the server behind it`, async () => {
      let through = 0;
      let asked = "";
      const { clients, received } = await sent(
        (_incoming, response) => void response.end("ok"),
        (url) =>
          proxied(
            () => through++,
            async (proxy) => {
              const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: isTunnel });
              asked = `${url}/`;
              await (await undiciFetch(url, { dispatcher })).text();
              await dispatcher.close();
              expect(through).to.equal(1);
            },
          ),
      );
      // The proxy of this test is in this process: what it asks in turn would be traced too.
      const [client] = clients;
      expect(clients).to.have.length(1);
      // Proxy and server differ in their ports alone.
      expect(client?.attributes).to.include({
        "url.full": asked,
        "server.address": "127.0.0.1",
        "server.port": Number(new URL(asked).port),
      });
      expect(received).to.deep.equal([["/", [header(client)]]]);
    });
  }

  it("over TLS is a span on both sides", async () => {
    const received: Received = [];
    const spans = await tracedHttp(async () => {
      const server = https.createServer(
        { key: pem("server-key"), cert: pem("server") },
        (incoming, response) => {
          received.push([incoming.url, linesOf(incoming, "traceparent")]);
          response.end("ok");
        },
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
      await new Promise((resolve, reject) => {
        https
          .get(url, { ca: pem("ca"), agent: false }, (response) => text(response).then(resolve, reject))
          .on("error", reject);
      });
      const dispatcher = new Agent({ connect: { ca: pem("ca") } });
      await (await undiciFetch(url, { dispatcher })).text();
      await dispatcher.close();
      server.close();
    });
    const clients = ofKind(spans, SpanKind.CLIENT);
    const servers = ofKind(spans, SpanKind.SERVER);
    for (const { attributes } of clients)
      expect(attributes["url.full"]).to.match(/^https:\/\/localhost:\d+\/$/);
    expect(servers.map(({ attributes }) => attributes["url.scheme"])).to.deep.equal(["https", "https"]);
    const [byHttp, byUndici] = clients;
    // Whether Node 20 has sent the headers by then depends on the connection.
    if (!TELLS_LATE) expect(received[0]).to.deep.equal(["/", [header(byHttp)]]);
    expect(received[1]).to.deep.equal(["/", [header(byUndici)]]);
  });
});

/** A proxy that tunnels and forwards, for the length of `fn`. */
async function proxied(onUse: () => void, fn: (proxy: string) => Promise<unknown>): Promise<void> {
  const proxy = http.createServer((incoming, response) => {
    onUse();
    const { hostname, port, pathname } = new URL(incoming.url ?? "");
    const socket = connect(Number(port), hostname, () => {
      const headers = incoming.rawHeaders
        .map((line, index) => (index % 2 === 0 ? `\r\n${line}: ` : line))
        .join("");
      socket.write(`GET ${pathname} HTTP/1.1${headers}\r\n\r\n`);
    });
    socket.once("data", (answer) => {
      response.end(String(answer).split("\r\n\r\n")[1]?.slice(0, 2));
      socket.destroy();
    });
  });
  proxy.on("connect", (incoming: IncomingMessage, client: Duplex) => {
    onUse();
    const [host, port] = String(incoming.url).split(":");
    const server = connect(Number(port), host ?? "", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    for (const socket of [server, client]) socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    await fn(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}
