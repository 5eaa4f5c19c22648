// A service on node:http: one line, and everything below knows its request.
import { createServer } from "node:http";
import { currentRequest, start } from "throughline";
import { middleware } from "throughline/http";
import { askItself } from "./ask-itself.ts";
import { showOrder } from "./order-store.ts";

start({ service: "shop", exporter: "none" });
const serve = middleware();

const server = createServer((request, response) => {
  serve(request, response, async () => {
    // There is no router here to say it.
    currentRequest().route = "/orders/{id}";
    const [, , id = ""] = (request.url ?? "").split("/");
    response.end(JSON.stringify(await showOrder(id)));
  }).catch(() => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});

await askItself(server);
