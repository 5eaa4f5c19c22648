// What the examples of messages share: a shop that takes orders over HTTP, and what became of each as a tree of spans.
import { once } from "node:events";
import { createServer } from "node:http";
import { start } from "throughline";
import { startReceiver, type StoredTrace } from "throughline/devtools";
import { treeOf } from "./trace-trees.ts";

export const ORDERS = 6;

/** Sends that many orders to itself at once; `place` is called with each, within its request. */
export async function takeOrders(place: (order: number) => Promise<void>): Promise<void> {
  const server = createServer(async (request, response) => {
    await place(Number(request.url?.split("/").at(-1)));
    response.writeHead(202).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const orders = Array.from({ length: ORDERS }, (_, index) => `http://127.0.0.1:${port}/orders/${index + 1}`);
  await Promise.all(orders.map((url) => fetch(url, { method: "POST" })));
  server.closeAllConnections();
  server.close();
}

/** Prints the traces of what `act` does: each tree once, with how many traces look like that. */
export async function printTraces(act: () => Promise<void>): Promise<void> {
  await using receiver = await startReceiver({ port: 0 });
  const telemetry = start({
    service: "shop",
    endpoint: receiver.endpoint,
    // What is sent to this very process to be drawn is no order.
    http: { client: false, ignore: (request) => request.url?.startsWith("/v1/") === true },
  });
  await act();
  await telemetry.shutdown();
  const alike = Map.groupBy(receiver.store.traces(), (trace: StoredTrace) => treeOf(trace));
  for (const [tree, { length }] of [...alike].toSorted()) console.log(`${length} × ${tree}`);
}
