import { createTraceState, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { hasSubscribers } from "node:diagnostics_channel";
import http from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { Context } from "../../src/context/context.ts";
import { currentContext, runIn } from "../../src/context/current.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { ofKind, serving, TELLS_LATE, tracedHttp } from "./traced-http.ts";

const CHANNELS = [
  "http.server.request.start",
  TELLS_LATE ? "http.client.request.start" : "http.client.request.created",
  "http.client.response.finish",
  "http.client.request.error",
  "undici:request:create",
  "undici:request:headers",
  "undici:request:trailers",
  "undici:request:error",
];
const heard = () => CHANNELS.filter((channel) => hasSubscribers(channel));
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

const get = (url: string, options: http.RequestOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    http.get(url, options, (response) => text(response).then(resolve, reject)).on("error", reject);
  });

const seconds = ([whole, nanoseconds]: readonly [number, number]): number => whole + nanoseconds / 1e9;

const getPart = (url: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    http
      .get(url, (response) => response.once("data", () => response.destroy()).on("close", resolve))
      .on("error", reject);
  });

async function fetchPart(url: string): Promise<void> {
  const { body } = await fetch(url);
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
}

describe("an incoming request", () => {
  it("is a server span with what the request and the response say, but for the query", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.writeHead(201).end("ok"),
        async (url) =>
          void (await runIn(SUPPRESSED, () =>
            fetch(`${url}/orders?token=secret`, { headers: { "user-agent": "test" } }),
          )),
      ),
    );
    expect(spans).to.have.length(1);
    const [span] = spans;
    expect(span).to.include({
      name: "GET",
      kind: SpanKind.SERVER,
      scope: "throughline/http",
      parentSpanId: undefined,
    });
    expect(span?.attributes).to.deep.include({
      "http.request.method": "GET",
      "url.scheme": "http",
      "url.path": "/orders",
      "server.address": "127.0.0.1",
      "client.address": "127.0.0.1",
      "network.protocol.version": "1.1",
      "user_agent.original": "test",
      "http.response.status_code": 201,
    });
    expect(JSON.stringify(span)).not.to.include("secret");
    expect(span?.status.code).to.equal(SpanStatusCode.UNSET);
  });

  it("continues the trace that its headers name, and its handler can read the baggage", async () => {
    let tier: string | undefined;
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => {
          tier = propagation.getBaggage(currentContext())?.getEntry("tier")?.value;
          response.end();
        },
        async (url) => {
          const headers = {
            traceparent: `00-${TRACE}-${PARENT}-01`,
            tracestate: "vendor=1",
            baggage: "tier=gold",
          };
          await runIn(SUPPRESSED, () => fetch(url, { headers }));
        },
      ),
    );
    expect(spans[0]).to.include({
      traceId: TRACE,
      parentSpanId: PARENT,
      isParentRemote: true,
      traceState: "vendor=1",
    });
    expect(tier).to.equal("gold");
  });

  it("begins a trace of its own where the headers are malformed", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.end(),
        async (url) =>
          void (await runIn(SUPPRESSED, () =>
            fetch(url, { headers: { traceparent: `00-${TRACE}-${PARENT}-0x` } }),
          )),
      ),
    );
    expect(spans[0]).to.include({ parentSpanId: undefined, isParentRemote: undefined });
    expect(spans[0]?.traceId).not.to.equal(TRACE);
  });

  it("is an error from status 500 on", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (request, response) => void response.writeHead(Number(request.url?.slice(1))).end(),
        async (url) => {
          for (const code of [499, 500]) await runIn(SUPPRESSED, () => fetch(`${url}/${code}`));
        },
      ),
    );
    expect(spans.map((span) => span.status.code)).to.deep.equal([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
    expect(spans[1]?.attributes["error.type"]).to.equal("500");
  });

  it("ends as an error without a made-up status when the client goes away", async () => {
    const spans = await tracedHttp(() =>
      serving(
        () => {},
        async (url) => {
          const request = runIn(SUPPRESSED, () => http.get(url)).on("error", () => {});
          await new Promise((resolve) => setTimeout(resolve, 20));
          request.destroy();
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
      ),
    );
    expect(spans).to.have.length(1);
    expect(spans[0]?.status.code).to.equal(SpanStatusCode.ERROR);
    expect(spans[0]?.attributes).not.to.have.property("http.response.status_code");
  });

  for (const [what, answer, status] of [
    [
      "no status where it was decided and nothing sent",
      (response) => void response.writeHead(200),
      undefined,
    ],
    ["the status of which some was sent", (response) => void response.writeHead(200).write("some"), 200],
  ] as [string, (response: http.ServerResponse) => void, number | undefined][])
    it(`that breaks off has ${what}`, async () => {
      const spans = await tracedHttp(() =>
        serving(
          (_request, response) => {
            answer(response);
            setTimeout(() => response.destroy(), 10);
          },
          async (url) => void (await runIn(SUPPRESSED, () => get(url).catch(() => {}))),
        ),
      );
      expect(spans[0]?.attributes["error.type"]).to.equal("aborted");
      expect(spans[0]?.attributes["http.response.status_code"]).to.equal(status);
    });

  it("ends before the next one on its connection where a host has taken our listener off", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.removeAllListeners("close").end(),
        async (url) => {
          for (let each = 0; each < 3; each++) await runIn(SUPPRESSED, () => get(url, { agent }));
        },
      ),
    );
    agent.destroy();
    const [first, , third] = spans.map(({ start, end }) => ({ start: seconds(start), end: seconds(end) }));
    expect(spans).to.have.length(3);
    expect(first?.end).to.be.lessThan(third?.start ?? 0);
  });

  it("tells the path of a target that is a whole URL, without userinfo", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.end(),
        (_url, port) =>
          raw(
            port,
            "GET http://user:secret@shop.example/p?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          ),
      ),
    );
    expect(spans[0]?.attributes["url.path"]).to.equal("/p");
    expect(JSON.stringify(spans)).not.to.include("secret");
  });

  it("ends with its connection, also where its response waits for that of another", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (request, response) => {
          if (request.url !== "/hangs") response.end();
        },
        (_url, port) =>
          raw(
            port,
            ["/hangs", "/waits"].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""),
            20,
          ),
      ),
    );
    expect(spans.map(({ attributes }) => attributes["url.path"])).to.have.members(["/hangs", "/waits"]);
    for (const { status } of spans) expect(status.code).to.equal(SpanStatusCode.ERROR);
  });

  it("with a method that is not known does not invent a name", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.end(),
        async (url) => void (await runIn(SUPPRESSED, () => get(url, { method: "PROPFIND" }))),
      ),
    );
    expect(spans[0]).to.include({ name: "HTTP" });
    expect(spans[0]?.attributes).to.include({
      "http.request.method": "_OTHER",
      "http.request.method_original": "PROPFIND",
    });
  });

  it("has the name of a method that the application says to know, and of no other then", async () => {
    const spans = await tracedHttp(
      () =>
        serving(
          (_request, response) => void response.end(),
          async (url) => {
            for (const method of ["PROPFIND", "GET"]) await get(url, { method });
          },
        ),
      undefined,
      { knownMethods: new Set(["PROPFIND"]) },
    );
    for (const kind of [SpanKind.SERVER, SpanKind.CLIENT])
      expect(ofKind(spans, kind).map(({ name }) => name)).to.deep.equal(["PROPFIND", "HTTP"]);
  });

  it("is left alone once the hooks are gone", async () => {
    await tracedHttp(async () => void expect(heard()).to.deep.equal(CHANNELS));
    // Below Node 24 somebody has to keep what a connection has served from its next request.
    const isLeft = Number.parseInt(process.versions.node, 10) < 24;
    expect(heard()).to.deep.equal(isLeft ? ["http.server.request.start"] : []);
    await serving(
      (_request, response) => void response.end(String(activeSpan().isRecording())),
      async (url) => void expect(await (await fetch(url)).text()).to.equal("false"),
    );
  });
});

for (const [client, send, readPart] of [
  ["node:http", get, getPart],
  [
    "fetch",
    async (url: string, options: { signal?: AbortSignal } = {}) => (await fetch(url, options)).text(),
    fetchPart,
  ],
] as const) {
  describe(`a request made with ${client}`, () => {
    it("is a client span below the active one, and tells the other side who asks", async () => {
      let seen: http.IncomingHttpHeaders = {};
      const untold = troubles()["no_injection"] ?? 0;
      const spans = await tracedHttp(() =>
        serving(
          (request, response) => {
            seen = request.headers;
            response.end();
          },
          async (url) => {
            await withSpan("work", () => send(`${url}/stock?key=secret`));
          },
        ),
      );
      const [span] = ofKind(spans, SpanKind.CLIENT);
      const work = spans.find(({ name }) => name === "work");
      expect(span).to.include({ name: "GET", parentSpanId: work?.spanId, traceId: work?.traceId });
      expect(span?.attributes).to.include({
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "http.response.status_code": 200,
      });
      expect(span?.attributes["url.full"]).to.match(/^http:\/\/127\.0\.0\.1:\d+\/stock$/);
      const isTold = client === "fetch" || !TELLS_LATE;
      expect(seen["traceparent"]).to.equal(isTold ? `00-${span?.traceId}-${span?.spanId}-03` : undefined);
      expect(ofKind(spans, SpanKind.SERVER)[0]?.parentSpanId).to.equal(isTold ? span?.spanId : undefined);
      expect(troubles()["no_injection"] ?? 0).to.equal(untold + (isTold ? 0 : 1));
    });

    it("is an error from status 400 on", async () => {
      const spans = await tracedHttp(() =>
        serving(
          (_request, response) => void response.writeHead(404).end(),
          async (url) => void (await send(url)),
        ),
      );
      expect(ofKind(spans, SpanKind.CLIENT)[0]?.status.code).to.equal(SpanStatusCode.ERROR);
      expect(ofKind(spans, SpanKind.CLIENT)[0]?.attributes["error.type"]).to.equal("404");
    });

    it("is an error with the reason when nobody answers", async () => {
      const spans = await tracedHttp(async () => {
        let closed = "";
        await serving(
          () => {},
          async (url) => void (closed = url),
        );
        await send(closed).catch(() => {});
      });
      expect(spans).to.have.length(1);
      expect(spans[0]?.status.code).to.equal(SpanStatusCode.ERROR);
      expect(spans[0]?.attributes["error.type"]).to.equal("ECONNREFUSED");
    });

    it("is no error when the caller calls it off, before it is answered and while", async () => {
      const spans = await tracedHttp(() =>
        serving(
          (request, response) => {
            if (request.url === "/while") response.writeHead(200, { "content-length": 100 }).write("half");
          },
          async (url) => {
            for (const path of ["/before", "/while"]) {
              const abort = new AbortController();
              setTimeout(() => abort.abort(), 20);
              await send(url + path, { signal: abort.signal }).catch(() => {});
            }
          },
        ),
      );
      const clients = ofKind(spans, SpanKind.CLIENT);
      expect(clients).to.have.length(2);
      for (const { status, attributes } of clients) {
        expect(status.code).to.equal(SpanStatusCode.UNSET);
        expect(attributes).not.to.have.property("error.type");
      }
      for (const { status } of ofKind(spans, SpanKind.SERVER))
        expect(status.code).to.equal(SpanStatusCode.ERROR);
    });

    it("is an error when a time-out calls it off", async () => {
      const spans = await tracedHttp(() =>
        serving(
          () => {},
          async (url) => void (await send(url, { signal: AbortSignal.timeout(20) }).catch(() => {})),
        ),
      );
      const [span] = ofKind(spans, SpanKind.CLIENT);
      expect(span?.status.code).to.equal(SpanStatusCode.ERROR);
      expect(span?.attributes["error.type"]).to.equal("TimeoutError");
    });

    it("has no status where there came a hint and no answer", async () => {
      const spans = await tracedHttp(async () => {
        const server = createServer((socket) => {
          socket.on("error", () => {}).write("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n");
          setTimeout(() => socket.destroy(), 20);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).catch(() => {});
        server.close();
      });
      const [span] = ofKind(spans, SpanKind.CLIENT);
      expect(span?.status.code).to.equal(SpanStatusCode.ERROR);
      expect(span?.attributes).not.to.have.property("http.response.status_code");
    });

    it("is no error where its caller wants no more of the response", async () => {
      const spans = await tracedHttp(() =>
        serving(
          (_request, response) => void response.writeHead(200, { "content-length": 100 }).write("half"),
          async (url) => void (await readPart(url)),
        ),
      );
      const [span] = ofKind(spans, SpanKind.CLIENT);
      expect(span?.status.code).to.equal(SpanStatusCode.UNSET);
      expect(span?.attributes).to.include({ "http.response.status_code": 200 });
      expect(span?.attributes).not.to.have.property("error.type");
    });

    it("is an error when the response breaks off", async () => {
      const spans = await tracedHttp(() =>
        serving(
          (_request, response) => {
            response.writeHead(200, { "content-length": 100 }).write("half");
            setTimeout(() => response.destroy(), 10);
          },
          async (url) => void (await send(url).catch(() => {})),
        ),
      );
      expect(ofKind(spans, SpanKind.CLIENT)[0]?.status.code).to.equal(SpanStatusCode.ERROR);
    });

    it("where tracing is suppressed is no span and carries no header", async () => {
      let seen: http.IncomingHttpHeaders = {};
      const spans = await tracedHttp(() =>
        serving(
          (request, response) => {
            seen = request.headers;
            response.end();
          },
          async (url) => void (await runIn(SUPPRESSED, () => send(url))),
        ),
      );
      expect(ofKind(spans, SpanKind.CLIENT)).to.deep.equal([]);
      expect(seen).not.to.have.property("traceparent");
    });
  });
}

describe("a request made with node:http", () => {
  it("tells the server that its Host header names, and who was connected", async () => {
    let real = 0;
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.end(),
        async (url, port) => {
          real = port;
          await get(url, { headers: { host: "virtual.example" } });
          await get(url, { headers: { host: "virtual.example:81" } });
          await get(url, { headers: { host: "[::1]:82" } });
          await get(url, { headers: ["host", "virtual.example"] as unknown as http.OutgoingHttpHeaders });
        },
      ),
    );
    const clients = ofKind(spans, SpanKind.CLIENT).map(({ attributes }) => attributes);
    expect(clients.map((attributes) => attributes["url.full"])).to.deep.equal([
      "http://virtual.example/",
      "http://virtual.example:81/",
      "http://[::1]:82/",
      // One in an array cannot be read: whoever is connected.
      `http://127.0.0.1:${real}/`,
    ]);
    for (const attributes of clients)
      expect(attributes).to.include({ "network.peer.address": "127.0.0.1", "network.peer.port": real });
  });

  it("tells a host that is an IPv6 address, and one that nobody answers at", async () => {
    const spans = await tracedHttp(async () => {
      const server = http.createServer((_request, response) => void response.end());
      await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
      const { port } = server.address() as AddressInfo;
      await get(`http://[::1]:${port}/a`);
      server.close();
      await get("http://127.0.0.1:1/").catch(() => {});
    });
    const [answered, refused] = ofKind(spans, SpanKind.CLIENT);
    expect(answered?.attributes["server.address"]).to.equal("[::1]");
    expect(answered?.attributes["url.full"]).to.equal(
      `http://[::1]:${answered?.attributes["server.port"] as number}/a`,
    );
    expect(refused?.attributes).to.include({
      "server.address": "127.0.0.1",
      "server.port": 1,
      "url.full": "http://127.0.0.1:1/",
    });
    expect(refused?.attributes).not.to.have.property("network.peer.address");
  });

  it("through a proxy tells the server behind it, without userinfo", async () => {
    const spans = await tracedHttp(() =>
      serving(
        (_request, response) => void response.end(),
        async (_url, port) => {
          const options = { host: "127.0.0.1", port, path: "http://user:secret@shop.example:81/p?x=1" };
          await new Promise((resolve) =>
            http.get(options, (response) => response.resume().on("end", resolve)),
          );
        },
      ),
    );
    const [client] = ofKind(spans, SpanKind.CLIENT);
    expect(client?.attributes).to.include({
      "server.address": "shop.example",
      "server.port": 81,
      "url.full": "http://shop.example:81/p",
    });
    expect(JSON.stringify(client)).not.to.include("secret");
  });

  it("that is given up before it has a connection is an error", async () => {
    const spans = await tracedHttp(async () => {
      http
        .get("http://127.0.0.1:1/")
        .on("error", () => {})
        .abort();
    });
    expect(spans.map(({ status }) => status.code)).to.deep.equal(TELLS_LATE ? [] : [SpanStatusCode.ERROR]);
  });

  for (const [how, options] of Object.entries({
    "with its headers in an array": { headers: ["host", "a.test"] as unknown as http.OutgoingHttpHeaders },
    "with expect: 100-continue": { headers: { expect: "100-continue" } },
  })) {
    it(`carries no traceparent where Node has its headers ready before it tells: ${how}; it is counted`, async () => {
      const untold = troubles()["no_injection"] ?? 0;
      let seen: http.IncomingHttpHeaders = {};
      const spans = await tracedHttp(() =>
        serving(
          (request, response) => {
            seen = request.headers;
            response.end();
          },
          async (url) => void (await get(url, options)),
        ),
      );
      expect(ofKind(spans, SpanKind.CLIENT)).to.have.length(1);
      expect(seen).not.to.have.property("traceparent");
      expect(troubles()["no_injection"]).to.equal(untold + 1);
    });
  }

  it("that becomes another protocol is a span that ends with the handover", async () => {
    const spans = await tracedHttp(async () => {
      const server = http.createServer().on("upgrade", (_request, socket: Duplex) => {
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const request = http.get({ port, host: "127.0.0.1", headers: { connection: "Upgrade", upgrade: "x" } });
      await new Promise<void>((resolve) =>
        request.on("upgrade", (_response, socket) => void socket.resume().on("close", resolve)),
      );
      server.close();
    });
    expect(spans.map(({ kind }) => kind)).to.deep.equal([SpanKind.CLIENT]);
  });
});

describe("a header that the caller has set", () => {
  it("stays as it is, and none comes beside it", async () => {
    const baggage = propagation.createBaggage({ k: { value: "context" } });
    const lines: string[][] = [];
    await tracedHttp(() =>
      serving(
        (request, response) => {
          lines.push(
            request.rawHeaders.filter(
              (_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === "baggage",
            ),
          );
          response.end();
        },
        async (url) => {
          const context = propagation.setBaggage(new Context(), baggage);
          for (const headers of [{ baggage: "mine=1" }, {}]) {
            await runIn(context, () => get(url, { headers }));
            await runIn(context, () => fetch(url, { headers }));
          }
        },
      ),
    );
    const sent = TELLS_LATE ? [] : ["k=context"];
    expect(lines).to.deep.equal([["mine=1"], ["mine=1"], sent, ["k=context"]]);
  });
});

describe("a traceparent that the caller has set", () => {
  it("is sent as it is, once, and without the tracestate of another trace", async () => {
    const remote = { traceId: "c".repeat(32), spanId: "d".repeat(16), traceFlags: 1 };
    const mine = `00-${TRACE}-${PARENT}-01`;
    const lines: string[][] = [];
    await tracedHttp(() =>
      serving(
        (request, response) => {
          lines.push(tracing(request.rawHeaders));
          response.end();
        },
        async (url) => {
          const state = new Context(
            trace.wrapSpanContext({ ...remote, traceState: createTraceState("vendor=theirs") }),
          );
          await runIn(state, () => get(url, { headers: { traceparent: mine } }));
          await runIn(state, () => fetch(url, { headers: { traceparent: mine } }));
        },
      ),
    );
    expect(lines).to.deep.equal([[mine], [mine]]);
  });
});

/** Sends this as it is, and closes the connection after so many ms, or waits for its end. */
function raw(port: number, written: string, closeAfter?: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(written));
    socket.resume().on("close", () => resolve());
    if (closeAfter !== undefined) setTimeout(() => socket.destroy(), closeAfter);
  });
}

/** The values of traceparent and tracestate, as they came over the wire. */
function tracing(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => /^trace(parent|state)$/i.test(rawHeaders[index - 1] ?? ""));
}
