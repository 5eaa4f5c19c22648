import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { decodeMetrics } from "../../src/otlp/decode-metrics.ts";
import { decodeTraces } from "../../src/otlp/decode-traces.ts";

/** A collector that takes its time over each request, and knows the names of what it has taken. */
export async function slowCollector(delay: number) {
  const taken: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    setTimeout(() => {
      const items = request.url === "/v1/traces" ? decodeTraces(body) : decodeMetrics(body);
      taken.push(...items.map(({ name }) => name));
      response.end();
    }, delay);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { taken, endpoint: `http://127.0.0.1:${port}`, close: () => server.close() };
}
