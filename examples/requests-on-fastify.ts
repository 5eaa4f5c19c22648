// A service on Fastify: one line, and everything below knows its request.
import Fastify from "fastify";
import { start } from "throughline";
import { middleware } from "throughline/fastify";
import { askItself } from "./ask-itself.ts";
import { showOrder } from "./order-store.ts";

start({ service: "shop", exporter: "none" });

const app = Fastify();
app.register(middleware());
app.get<{ Params: { id: string } }>("/orders/:id", async ({ params }) => showOrder(params.id));
await app.ready();

await askItself(app.server);
