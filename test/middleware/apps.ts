import { Router } from "@koa/router";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import express4 from "express4";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { errors, middleware as forExpress } from "../../src/express.ts";
import { middleware as forFastify } from "../../src/fastify.ts";
import { middleware as forHono } from "../../src/hono.ts";
import { middleware as forHttp, type MiddlewareOptions } from "../../src/http.ts";
import { middleware as forKoa } from "../../src/koa.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { answerUser, fail, readLate, streamed } from "./handlers.ts";

/** One service, written for each framework: `GET /users/:id`, `POST /echo`, `/fails`, `/rejects`, `/never`, `/stream`. */
export type MakeApp = (options: MiddlewareOptions) => Promise<Server>;

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = "", method } = request;
  const [, resource, id = ""] = url.split(/[/?]/);
  if (resource === "users") {
    currentRequest().route = "/users/:id";
    return void response.end(JSON.stringify(await answerUser(id)));
  }
  if (method === "POST") return void response.end(JSON.stringify(await readLate(request)));
  if (resource === "stream") {
    for await (const chunk of streamed()) response.write(chunk);
    return void response.end();
  }
  if (resource === "never") return undefined;
  fail(resource ?? "");
  return undefined;
}

function overHttp(options: MiddlewareOptions): Server {
  const serve = forHttp(options);
  return createServer((request, response) => {
    // What nobody handles would end the process: node:http has no page for it.
    serve(request, response, () => handle(request, response)).catch(() => {
      response.writeHead(500).end();
    });
  });
}

function onExpress(make: typeof express): MakeApp {
  return async (options) => {
    const app = make();
    app.set("env", "test");
    app.use(forExpress(options));
    const users = make.Router();
    users.get("/:id", (request, response, next) => {
      answerUser(request.params.id).then((answer) => response.json(answer), next);
    });
    users.get("/:id/fails", () => fail("in a router"));
    app.use("/users", users);
    const orders = make.Router();
    orders.get(["/", "/:order"], (_request, response) => void response.end());
    orders.get("/:order/fails", () => fail("deep"));
    app.use("/shops/:shop/of/:user/orders", orders);
    app.post("/echo", (request, response, next) => {
      readLate(request).then((answer) => response.json(answer), next);
    });
    app.get("/stream", async (_request, response) => {
      for await (const chunk of streamed()) response.write(chunk);
      response.end();
    });
    app.get("/never", () => {});
    app.get("/fails", () => fail("fails"));
    app.get("/rejects", (_request, _response, next) => next(new RangeError("on purpose: rejects")));
    app.use(errors());
    return createServer(app);
  };
}

async function onFastify(options: MiddlewareOptions): Promise<Server> {
  const app = Fastify();
  app.register(forFastify(options));
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  app.get<{ Params: { id: string } }>("/users/:id", async ({ params }) => answerUser(params.id));
  app.post("/echo", async ({ raw }) => readLate(raw));
  app.get("/stream", async (_request, reply) => {
    reply.hijack();
    for await (const chunk of streamed()) reply.raw.write(chunk);
    reply.raw.end();
  });
  app.get("/never", () => new Promise(() => {}));
  app.get("/fails", () => fail("fails"));
  app.get("/rejects", async () => fail("rejects"));
  await app.ready();
  return app.server;
}

async function onKoa(options: MiddlewareOptions): Promise<Server> {
  const app = new Koa();
  app.silent = true;
  app.use(forKoa(options));
  const router = new Router();
  router.get("/users/:id", async (context) => {
    context.body = await answerUser(context.params["id"] ?? "");
  });
  router.post("/echo", async (context) => {
    context.body = await readLate(context.req);
  });
  router.get("/stream", async (context) => {
    context.respond = false;
    for await (const chunk of streamed()) context.res.write(chunk);
    context.res.end();
  });
  router.get("/never", () => new Promise(() => {}));
  router.get("/fails", () => fail("fails"));
  router.get("/rejects", async () => fail("rejects"));
  app.use(router.routes());
  return createServer(app.callback());
}

export function honoApp(options: MiddlewareOptions): Hono {
  const app = new Hono();
  app.use(forHono(options));
  app.get("/users/:id", async (context) => context.json(await answerUser(context.req.param("id"))));
  app.post("/echo", async (context) => {
    await context.req.text();
    return context.json(await readLate(undefined));
  });
  app.get(
    "/stream",
    () => new Response(ReadableStream.from(streamed()).pipeThrough(new TextEncoderStream())),
  );
  app.get("/never", () => new Promise<Response>(() => {}));
  app.get("/fails", () => fail("fails"));
  app.get("/rejects", async () => fail("rejects"));
  app.onError((_error, context) => context.text("failed", 500));
  return app;
}

export const APPS: Readonly<Record<string, MakeApp>> = {
  "node:http": async (options) => overHttp(options),
  "Express 5": onExpress(express),
  "Express 4": onExpress(express4),
  "Fastify 5": onFastify,
  "Koa 3": onKoa,
  "Hono 4": async (options) => createServer(getRequestListener(honoApp(options).fetch)),
};

/** A real server for the length of `fn`. */
export async function servingApp(
  make: MakeApp,
  options: MiddlewareOptions,
  fn: (url: string, port: number) => Promise<void>,
): Promise<void> {
  const server = await make(options);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  try {
    await fn(`http://127.0.0.1:${port}`, port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
