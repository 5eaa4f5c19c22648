// A service on Koa: one line, and everything below knows its request.
import { Router } from "@koa/router";
import Koa from "koa";
import { createServer } from "node:http";
import { start } from "throughline";
import { middleware } from "throughline/koa";
import { askItself } from "./ask-itself.ts";
import { showOrder } from "./order-store.ts";

start({ service: "shop", exporter: "none" });

const app = new Koa();
app.silent = true; // Koa prints errors itself otherwise
app.use(middleware());
const router = new Router();
router.get("/orders/:id", async (context) => {
  context.body = await showOrder(context.params["id"] ?? "");
});
app.use(router.routes());

await askItself(createServer(app.callback()));
