import { expect } from "chai";
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import http2 from "node:http2";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "../../src/context/context.ts";
import { currentContext, enter } from "../../src/context/current.ts";
import { Scope } from "../../src/context/scope.ts";
import { serving } from "./traced-http.ts";

const MAJOR = Number.parseInt(process.versions.node, 10);
const START = "http.server.request.start";

type Started = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** Calls `fn` while each server request is told to `onStart`. */
async function told(onStart: (started: Started) => void, fn: () => Promise<void>): Promise<void> {
  const listener = (message: unknown) => onStart(message as Started);
  subscribe(START, listener);
  try {
    await fn();
  } finally {
    unsubscribe(START, listener);
  }
}

/** How often a listener of each event saw its own request, as a storage shows it that the request's start has entered. */
async function seen(
  handle: (url: string, port: number) => Promise<void>,
  handler: (see: (event: string) => () => void) => RequestListener,
): Promise<Record<string, { own: number; other: number; none: number }>> {
  const storage = new AsyncLocalStorage<IncomingMessage>();
  const counts: Record<string, { own: number; other: number; none: number }> = {};
  await told(
    ({ request }) => storage.enterWith(request),
    () =>
      serving((request, response) => {
        const see = (event: string) => () => {
          const count = (counts[event] ??= { own: 0, other: 0, none: 0 });
          const store = storage.getStore();
          count[store === undefined ? "none" : store === request ? "own" : "other"]++;
        };
        handler(see)(request, response);
      }, handle),
  );
  return counts;
}

/** As much as our hooks stand on, without them: where a line of this fails, a new Node has changed it. */
describe("Node", () => {
  it("runs a request's handler in what the subscriber of its start has entered, and nothing else", async () => {
    let outside = 0;
    let wrong = 0;
    const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
    await told(
      () => enter(new Context(undefined, undefined, new Scope())),
      () =>
        serving(
          async (_request, response) => {
            const { scope } = currentContext();
            await sleep(1);
            if (scope === undefined || currentContext().scope !== scope) wrong++;
            response.end();
          },
          async (url) => {
            const one = () =>
              new Promise<void>((resolve, reject) => {
                http
                  .get(url, { agent }, (response) => response.resume().on("end", resolve))
                  .on("error", reject);
              });
            for (let round = 0; round < 20; round++) {
              await Promise.all(Array.from({ length: 100 }, one));
              if (currentContext().scope !== undefined) outside++;
            }
          },
        ),
    );
    agent.destroy();
    expect({ wrong, outside }).to.deep.equal({ wrong: 0, outside: 0 });
  });

  it("runs the listeners of a body that comes later in no context, from Node 24 on", async () => {
    const counts = await seen(
      (url) =>
        new Promise((resolve, reject) => {
          const request = http.request(url, { method: "POST" }, (response) =>
            response.resume().on("end", resolve),
          );
          request.on("error", reject).write("a");
          setTimeout(() => request.end("b"), 20);
        }),
      (see) => (request, response) => {
        request.on("data", see("data")).on("end", () => {
          see("end")();
          response.end();
        });
      },
    );
    expect(counts["data"]?.none === 0).to.equal(MAJOR < 24);
    expect(counts["end"]?.none === 0).to.equal(MAJOR < 24);
  });

  it("runs listeners of one pipelined request's end in the context of another", async () => {
    const counts = await seen(
      (_url, port) =>
        new Promise((resolve) => {
          let answers = "";
          const socket = connect(port, "127.0.0.1", () =>
            socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(50)),
          );
          socket.on("data", (chunk) => {
            answers += String(chunk);
            if (answers.split("HTTP/1.1 200").length <= 50) return;
            socket.destroy();
            resolve();
          });
        }),
      (see) => (_request, response) => {
        response.on("finish", see("finish"));
        setTimeout(() => response.end("x"), Math.random() * 3);
      },
    );
    expect(counts["finish"]?.other).to.be.greaterThan(0);
  });

  it("tells nothing of a connection that becomes another protocol", async () => {
    let count = 0;
    await told(
      () => count++,
      async () => {
        const server = http.createServer().on("upgrade", (_request, socket: Duplex) => {
          socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const headers = { connection: "Upgrade", upgrade: "x" };
        const request = http.get({ port, host: "127.0.0.1", headers });
        await new Promise<void>((resolve) =>
          request.on("upgrade", (_response, socket) => void socket.resume().on("close", resolve)),
        );
        server.close();
      },
    );
    expect(count).to.equal(0);
  });

  it("tells nothing of HTTP/2", async () => {
    let count = 0;
    await told(
      () => count++,
      async () => {
        const server = http2.createServer((_request, response) => void response.end("ok"));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        await new Promise<void>((resolve) => client.request({ ":path": "/" }).resume().on("close", resolve));
        client.close();
        server.close();
      },
    );
    expect(count).to.equal(0);
  });
});
