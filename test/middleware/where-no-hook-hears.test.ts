import { SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import express from "express";
import Fastify from "fastify";
import { once } from "node:events";
import http, { createServer } from "node:http";
import http2 from "node:http2";
import type { Socket } from "node:net";
import { AsyncResource } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { emptyScope } from "../../src/context/open-scope.ts";
import type { Providers } from "../../src/context/providers.ts";
import { processState } from "../../src/context/process-state.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import type { ThroughlineError } from "../../src/core/errors.ts";
import { errors, middleware as forExpress } from "../../src/express.ts";
import { middleware as forFastify } from "../../src/fastify.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";
import { caught } from "../trace/failures.ts";
import { type CompletionLine, middleware } from "../../src/http.ts";
import { currentRequest, currentResponse, tryCurrentRequest } from "../../src/request/current-request.ts";
import type { RecordedSpan } from "../recording.ts";
import { ofKind, tracedHttp } from "../instrumentation/traced-http.ts";
import { honoApp } from "./apps.ts";
import { ask } from "./requests.ts";

interface Seen {
  readonly spans: readonly RecordedSpan[];
  readonly lines: readonly CompletionLine[];
}

async function seen(
  fn: (log: (line: CompletionLine) => void) => Promise<void>,
  changes: Parameters<typeof tracedHttp>[2] = {},
): Promise<Seen> {
  const lines: CompletionLine[] = [];
  const spans = await tracedHttp(() => fn((line) => lines.push(line)), undefined, changes);
  return { spans: ofKind(spans, SpanKind.SERVER), lines };
}

async function listening(server: http.Server | http2.Http2Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as { port: number }).port;
}

describe("middleware where no hook hears of a request", () => {
  it("serves one that is injected", async () => {
    const { spans, lines } = await seen(async (log) => {
      const app = Fastify();
      app.register(forFastify({ log }));
      app.get("/users/:id", async () => ({ id: currentRequest().id }));
      const answer = await app.inject({ url: "/users/7", headers: { "x-request-id": "mine" } });
      expect([answer.json(), answer.headers["x-request-id"]]).to.deep.equal([{ id: "mine" }, "mine"]);
    });
    expect(spans.map(({ name }) => name)).to.deep.equal(["GET /users/:id"]);
    expect(lines.map(({ fields }) => [fields.request_id, fields.trace_id])).to.deep.equal([
      ["mine", spans[0]?.traceId],
    ]);
  });

  it("serves HTTP/2 by its compatible interface, each of many on one connection apart", async () => {
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = http2.createServer((request, response) =>
        serve(request, response, async () => {
          await sleep(Math.random() * 5);
          currentRequest().route = "/h2/:id";
          response.end(currentRequest().id);
        }),
      );
      const client = http2.connect(`http://127.0.0.1:${await listening(server)}`);
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const stream = client.request({ ":path": `/h2/${index}`, "x-request-id": `r${index}` });
          let body = "";
          stream.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
          const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
          await once(stream, "end");
          return [headers["x-request-id"], body];
        }),
      );
      expect(answers).to.deep.equal(Array.from({ length: 50 }, (_, index) => [`r${index}`, `r${index}`]));
      client.close();
      server.close();
    });
    expect(spans).to.have.length(50);
    expect(spans[0]?.name).to.equal("GET /h2/:id");
    expect(spans[0]?.attributes).to.include({
      "network.protocol.version": "2",
      "server.address": "127.0.0.1",
    });
    expect(lines.map(({ fields }) => fields["http.response.status_code"])).to.deep.equal(
      Array.from({ length: 50 }, () => 200),
    );
  });

  it("serves an upgrade, once: its span ends with the handler, what it has with the connection", async () => {
    const order: string[] = [];
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log: (line) => (order.push("line"), log(line)) });
      const server = createServer();
      server.on("upgrade", (request, socket: Socket) =>
        serve(request, socket, () =>
          serve(request, socket, async () => {
            currentRequest().defer(() => order.push("closed"));
            socket.on("data", () => socket.end(`${tryCurrentRequest()?.id}`));
            socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
          }),
        ),
      );
      const port = await listening(server);
      const request = http.get({
        port,
        headers: { connection: "Upgrade", upgrade: "echo", "x-request-id": "mine" },
      });
      const [, socket] = (await once(request, "upgrade")) as [unknown, Socket];
      order.push("open");
      socket.write("hello");
      let answer = "";
      socket.on("data", (chunk) => (answer += String(chunk)));
      await once(socket, "close");
      await sleep(10);
      server.close();
      expect(answer).to.equal("mine");
    });
    expect(order).to.deep.equal(["line", "open", "closed"]);
    expect(spans).to.have.length(1);
    expect(lines.map(({ level, fields }) => [level, fields.request_id])).to.deep.equal([["info", "mine"]]);
  });

  it("tells an upgrade whose handler fails by what it threw", async () => {
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = createServer();
      server.on("upgrade", (request, socket: Socket) => {
        serve(request, socket, async () => {
          throw new RangeError("on purpose");
        }).catch(() => socket.destroy());
      });
      const port = await listening(server);
      const request = http.get({ port, headers: { connection: "Upgrade", upgrade: "echo" } });
      await once(request, "error");
      await sleep(10);
      server.close();
    });
    expect(spans[0]?.attributes["error.type"]).to.equal("RangeError");
    expect(lines.map(({ level }) => level)).to.deep.equal(["error"]);
  });

  it("tells of HTTP/2 that its client went away, before the answer and within it", async () => {
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = http2.createServer((request, response) =>
        serve(request, response, () => {
          if (request.url === "/within") response.write("a part");
        }),
      );
      const client = http2.connect(`http://127.0.0.1:${await listening(server)}`);
      for (const path of ["/never", "/within"]) {
        const stream = client.request({ ":path": path });
        stream.on("error", () => {});
        await sleep(20);
        stream.close(http2.constants.NGHTTP2_CANCEL);
      }
      await sleep(20);
      client.close();
      server.close();
    });
    expect(spans.map(({ attributes }) => attributes["error.type"])).to.deep.equal(["aborted", "aborted"]);
    expect(lines.map(({ level }) => level)).to.deep.equal(["warn", "warn"]);
  });

  it("serves a Request that is no Node's, and ends with the last of its answer", async () => {
    const { spans, lines } = await seen(async (log) => {
      const app = honoApp({ log });
      const answer = await app.request("/users/7", { headers: { "x-request-id": "mine" } });
      expect(answer.headers.get("x-request-id")).to.equal("mine");
      expect(((await answer.json()) as { ids: string[] }).ids).to.deep.equal(["mine", "mine"]);
      const streamed = await app.request("/stream");
      expect(await streamed.text()).to.equal("abc");
      const failed = await app.request("/fails");
      expect([failed.status, await failed.text()]).to.deep.equal([500, "failed"]);
      expect((await app.request("/users/8", { method: "HEAD" })).status).to.equal(200);
      const given = await app.request("/stream");
      await given.body?.cancel();
    });
    expect(spans.map(({ name }) => name)).to.deep.equal([
      "GET /users/:id",
      "GET /stream",
      "GET /fails",
      "HEAD /users/:id",
      "GET /stream",
    ]);
    expect(lines.map(({ level }) => level)).to.deep.equal(["info", "info", "error", "info", "warn"]);
  });
});

describe("middleware that comes late", () => {
  it("ends a request whose client has gone by then", async () => {
    let cleaned = 0;
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = http2.createServer(async (request, response) => {
        await sleep(30);
        serve(request, response, () => {
          currentRequest().defer(() => cleaned++);
          response.end();
        });
      });
      const client = http2.connect(`http://127.0.0.1:${await listening(server)}`);
      const stream = client.request({ ":path": "/" });
      stream.on("error", () => {});
      await sleep(10);
      stream.close(http2.constants.NGHTTP2_CANCEL);
      await sleep(50);
      client.close();
      server.close();
    });
    expect([spans.length, lines.map(({ level }) => level), cleaned]).to.deep.equal([1, ["warn"], 1]);
  });

  it("serves a route of Express by its own", async () => {
    const { spans } = await seen(async (log) => {
      const app = express();
      app.get("/own/:id", forExpress({ log }), (request, response) => {
        response.json([(request.route as { path: string }).path, request.params.id]);
      });
      const server = createServer(app);
      const port = await listening(server);
      expect((await ask(`http://127.0.0.1:${port}/own/7`))?.body).to.equal('["/own/:id","7"]');
      await sleep(10);
      server.closeAllConnections();
      server.close();
    });
    expect(spans.map(({ name }) => name)).to.deep.equal(["GET /own/:id"]);
  });

  it("hears in a Request's handler that its client has gone", async () => {
    const seenSignals: boolean[] = [];
    const { lines } = await seen(async (log) => {
      const app = honoApp({ log });
      app.get("/signal", async (context) => {
        await sleep(20);
        seenSignals.push(currentRequest().signal.aborted);
        return context.text("late");
      });
      const client = new AbortController();
      const answer = app.request("/signal", { signal: client.signal });
      await sleep(5);
      client.abort();
      await (await answer).text();
    });
    expect(seenSignals).to.deep.equal([true]);
    expect(lines.map(({ level }) => level)).to.deep.equal(["warn"]);
  });
});

describe("middleware beside the hook", () => {
  it("joins by the request, also where its context was lost, and adds nothing the second time", async () => {
    const outside = new AsyncResource("a pool of somebody's");
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = createServer((request, response) =>
        outside.runInAsyncScope(() =>
          emptyScope(() =>
            serve(request, response, () =>
              serve(request, response, () => {
                expect(currentResponse()).to.equal(response);
                response.end(`${currentRequest().id} ${currentRequest().path}`);
              }),
            ),
          ),
        ),
      );
      const port = await listening(server);
      const answer = await ask(`http://127.0.0.1:${port}/a?b`, { headers: { "x-request-id": "mine" } });
      expect([answer?.body, answer?.headers["x-request-id"]]).to.deep.equal(["mine /a", "mine"]);
      server.closeAllConnections();
      server.close();
    });
    expect([spans.length, lines.length]).to.deep.equal([1, 1]);
  });

  it("gives an ignored request its ids and its line, and no span", async () => {
    const { spans, lines } = await seen(
      async (log) => {
        const serve = middleware({ log });
        const server = createServer((request, response) => serve(request, response, () => response.end()));
        const port = await listening(server);
        const answer = await ask(`http://127.0.0.1:${port}/health`);
        expect(answer?.headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
        server.closeAllConnections();
        server.close();
      },
      { isIgnored: ({ url }) => url === "/health" },
    );
    expect(spans).to.deep.equal([]);
    expect(lines.map(({ message }) => message.replace(/[\d.]+ ms/, "TIME"))).to.deep.equal([
      "GET /health 200 in TIME",
    ]);
  });

  it("is not harmed by handlers that answer twice, or after the client has gone", async () => {
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = createServer((request, response) =>
        serve(request, response, async () => {
          if (request.url === "/late") await sleep(30);
          response.end("once");
          response.end();
        }),
      );
      const port = await listening(server);
      expect((await ask(`http://127.0.0.1:${port}/twice`))?.body).to.equal("once");
      await ask(`http://127.0.0.1:${port}/late`, { abortAfter: 10 });
      await sleep(40);
      server.closeAllConnections();
      server.close();
    });
    expect(spans).to.have.length(2);
    expect(lines.map(({ level }) => level)).to.deep.equal(["info", "warn"]);
  });
});

describe("a handler that is at work when its client goes away", () => {
  it("keeps what belongs to its request until it is done", async () => {
    const order: string[] = [];
    await seen(async (log) => {
      const serve = middleware({ log });
      const server = createServer((request, response) =>
        serve(request, response, async () => {
          currentRequest().defer(() => order.push("closed"));
          await sleep(50);
          order.push("done");
        }),
      );
      const port = await listening(server);
      await ask(`http://127.0.0.1:${port}/`, { abortAfter: 10 });
      await sleep(60);
      server.close();
    });
    expect(order).to.deep.equal(["done", "closed"]);
  });
});

describe("middleware", () => {
  it("that a framework was given uncalled says so, and calls for what it takes", () => {
    for (const each of [middleware, forFastify, errors] as unknown as ((...args: object[]) => unknown)[])
      expect((caught(() => each({}, {}, {})) as ThroughlineError).code).to.equal("THR_NOT_CALLED");
    const before = troubles().invalid_configuration ?? 0;
    silently(() => middleware({ log: {} as never }));
    expect(troubles().invalid_configuration).to.equal(before + 1);
  });

  it("does not trace where tracing is switched off, and has ids and a line all the same", async () => {
    const { spans, lines } = await seen(
      async (log) => {
        const app = Fastify();
        app.register(forFastify({ log }));
        app.get("/", async () => ({ id: currentRequest().id }));
        await app.inject({ url: "/", headers: { "x-request-id": "mine" } });
      },
      { tracesServers: false },
    );
    expect(spans).to.deep.equal([]);
    expect(lines.map(({ fields }) => [fields.request_id, fields.trace_id])).to.deep.equal([
      ["mine", undefined],
    ]);
  });

  it("serves where a tracer fails, and where what takes its line rejects", async () => {
    await seen(async () => {
      const serve = middleware({ log: () => Promise.reject(new Error("on purpose")) as unknown as void });
      const server = createServer((request, response) => serve(request, response, () => response.end("ok")));
      const port = await listening(server);
      processState.providers = {
        ...(processState.providers as Providers),
        tracerProvider: {
          getTracer: () => {
            throw new Error("on purpose");
          },
        },
      };
      expect((await ask(`http://127.0.0.1:${port}/`))?.body).to.equal("ok");
      await sleep(10);
      server.close();
    });
  });

  it("says in its line which span is the request's, whatever is active where it stands", async () => {
    const { spans, lines } = await seen(async (log) => {
      const serve = middleware({ log });
      const server = createServer((request, response) =>
        withSpan("outer", () => serve(request, response, () => response.end())),
      );
      const port = await listening(server);
      await ask(`http://127.0.0.1:${port}/`);
      await sleep(10);
      server.close();
    });
    expect(lines.map(({ fields }) => fields.span_id)).to.deep.equal([spans[0]?.spanId]);
  });
});

describe("the signal of a request", () => {
  it("is aborted as its client goes away, and calls off what it is given to", async () => {
    let reason: unknown;
    await seen(async (log) => {
      const serve = middleware({ log });
      const server = createServer((request, response) =>
        serve(request, response, async () => {
          reason = await sleep(2_000, undefined, { signal: currentRequest().signal }).catch(
            (error: Error) => error.name,
          );
        }),
      );
      const port = await listening(server);
      await ask(`http://127.0.0.1:${port}/`, { abortAfter: 20 });
      await sleep(20);
      server.close();
    });
    expect(reason).to.equal("AbortError");
  });
});
