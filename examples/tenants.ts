// A service of two tenants in one process: what is done for each goes to the receiver of that one, and nowhere else.
// node examples/tenants.ts
import { trace } from "@opentelemetry/api";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import {
  annotate,
  counter,
  createTelemetry,
  start,
  type Telemetry,
  withSpan,
  withTelemetry,
} from "throughline";
import { startReceiver } from "throughline/devtools";

const REQUESTS = 1_000;

/** The service's own, which no tenant sees. */
const own = start({ service: "shop", exporter: "none" });
const orders = counter("shop.orders", { unit: "{order}", attributeKeys: ["item"] });

async function placeOrder(item: string): Promise<void> {
  await withSpan("checkout", async () => {
    annotate({ "order.item": item });
    await sleep(Math.random() * 5);
    // A library that knows the OpenTelemetry API alone.
    trace.getTracer("a database").startSpan("insert").end();
    orders.add(1, { item });
  });
}

const receivers = { acme: await startReceiver({ port: 0 }), zeta: await startReceiver({ port: 0 }) };
const tenants = new Map<string, Telemetry>();
for (const [tenant, { endpoint }] of Object.entries(receivers))
  tenants.set(tenant, createTelemetry({ service: tenant, endpoint }));

const server = createServer(async (request, response) => {
  const [, tenant = "", item = ""] = (request.url ?? "").split("/");
  const telemetry = tenants.get(tenant);
  if (telemetry !== undefined) await withTelemetry(telemetry, () => placeOrder(item));
  response.writeHead(telemetry === undefined ? 404 : 201).end();
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;

const names = [...tenants.keys()];
await Promise.all(
  Array.from({ length: REQUESTS }, (_, index) => {
    const tenant = names[index % names.length];
    return fetch(`http://127.0.0.1:${port}/${tenant}/${tenant}-${index % 5}`);
  }),
);
server.close();
for (const telemetry of [...tenants.values(), own]) await telemetry.shutdown();

for (const [tenant, receiver] of Object.entries(receivers)) {
  const spans = receiver.store.traces().flatMap((stored) => stored.spans);
  const series = receiver.store.series().filter(({ name }) => name === "shop.orders");
  const placed = series.reduce((sum, { point }) => sum + Number(point.value), 0);
  const other = tenant === "acme" ? "zeta" : "acme";
  const strays = [...spans, ...series].filter((each) => inspect(each, { depth: null }).includes(other));
  console.log(`${tenant}: ${spans.length} spans, ${placed} orders, ${strays.length} of ${other}`);
  await receiver.close();
}
