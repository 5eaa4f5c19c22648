// The same service on each framework: one route, with a parameter, that answers at once. What traces it is loaded first.
import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { MiddlewareOptions } from "throughline/http";

export type Mode = "bare" | "ours" | "official";

/** The official instrumentations patch what is required after them. */
const load = createRequire(import.meta.url);
const QUIET: MiddlewareOptions = { log: false };

const answer = (id: string): object => ({ id, name: "Ann" });

const handle: RequestListener = (request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer(request.url?.split("/")[2] ?? "")));
};

export const FRAMEWORKS: Readonly<Record<string, (mode: Mode) => Promise<RequestListener>>> = {
  "node:http": async (mode) => {
    if (mode !== "ours") return handle;
    const serve = (await import("throughline/http")).middleware(QUIET);
    return (request, response) => serve(request, response, () => handle(request, response));
  },
  "Express 5": async (mode) => {
    const express = load("express") as typeof import("express");
    const app = express();
    if (mode === "ours") app.use((await import("throughline/express")).middleware(QUIET));
    app.get("/users/:id", (request, response) => void response.json(answer(request.params.id)));
    return app;
  },
  "Fastify 5": async (mode) => {
    const { default: fastify } = load("fastify") as typeof import("fastify");
    const app = fastify();
    if (mode === "ours") app.register((await import("throughline/fastify")).middleware(QUIET));
    if (mode === "official") await app.register((await import("./official.ts")).fastifyPlugin());
    app.get<{ Params: { id: string } }>("/users/:id", async ({ params }) => answer(params.id));
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  "Koa 3": async (mode) => {
    const Koa = load("koa") as typeof import("koa");
    const { Router } = load("@koa/router") as typeof import("@koa/router");
    const app = new Koa();
    if (mode === "ours") app.use((await import("throughline/koa")).middleware(QUIET));
    const router = new Router();
    router.get("/users/:id", (context) => {
      context.body = answer(context.params["id"] ?? "");
    });
    app.use(router.routes());
    return app.callback();
  },
  "Hono 4": async (mode) => {
    const { Hono } = await import("hono");
    const { getRequestListener } = await import("@hono/node-server");
    const app = new Hono();
    if (mode === "ours") app.use((await import("throughline/hono")).middleware(QUIET));
    if (mode === "official") app.use((await import("./official.ts")).honoMiddleware());
    app.get("/users/:id", (context) => context.json(answer(context.req.param("id"))));
    return getRequestListener(app.fetch);
  },
};
