// A service whose lines are pino's: each says which request it belongs to, and one request is in debug.
// node examples/logs-with-pino.ts
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { ContextVariable, currentRequest, type LogLevel, pinoOptions, start, withSpan } from "throughline";
import { middleware } from "throughline/http";

start({ service: "shop", exporter: "none" });

const verbosity = new ContextVariable<LogLevel>("log.level");
const logger = pino(
  pinoOptions({ level: "debug", base: null }, { level: () => verbosity.tryGet() ?? "info" }),
  pino.destination({ sync: true }),
);

/** Kept for all requests; each line is that of its own. */
const stock = logger.child({ component: "stock" });

async function reserve(item: string): Promise<void> {
  await withSpan("reserve", async () => {
    stock.debug({ item }, "asked");
    // What a caller puts into a field does not become the trace.
    stock.info({ item, trace_id: currentRequest().path }, "reserved");
  });
}

const serve = middleware({ log: ({ level, message, fields }) => logger[level](fields, message) });

const server = createServer((request, response) => {
  serve(request, response, async () => {
    currentRequest().route = "/items/{item}";
    if (request.headers["x-debug"] !== undefined) verbosity.set("debug");
    const [, , item = ""] = (request.url ?? "").split("/");
    await reserve(item);
    response.end();
  }).catch(() => response.destroy());
});

await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
await Promise.all(
  ["tea", "milk", "honey"].map((item) => {
    const debug: Record<string, string> = item === "milk" ? { "x-debug": "yes" } : {};
    const headers = { ...debug, "x-request-id": item };
    return fetch(`http://127.0.0.1:${port}/items/${item}`, { headers });
  }),
);
server.close();
