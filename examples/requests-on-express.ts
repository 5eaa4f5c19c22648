// A service on Express: a line before the routes, and everything below knows its request; a line behind them, and what
// they throw is told.
import express from "express";
import { createServer } from "node:http";
import { start } from "throughline";
import { errors, middleware } from "throughline/express";
import { askItself } from "./ask-itself.ts";
import { showOrder } from "./order-store.ts";

start({ service: "shop", exporter: "none" });

const app = express();
app.set("env", "test"); // Express prints errors itself otherwise
app.use(middleware());
app.get("/orders/:id", (request, response, next) => {
  showOrder(request.params.id).then((shown) => response.json(shown), next);
});
app.use(errors());

await askItself(createServer(app));
