// A service on Hono, on its server for Node: one line, and everything below knows its request.
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { createServer } from "node:http";
import { start } from "throughline";
import { middleware } from "throughline/hono";
import { askItself } from "./ask-itself.ts";
import { showOrder } from "./order-store.ts";

start({ service: "shop", exporter: "none" });

const app = new Hono();
app.use(middleware());
app.get("/orders/:id", async (context) => context.json(await showOrder(context.req.param("id"))));
app.onError((_error, context) => context.text("failed", 500));

await askItself(createServer(getRequestListener(app.fetch)));
