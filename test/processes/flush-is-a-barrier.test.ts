import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { decodeMetrics } from "../../src/otlp/decode-metrics.ts";
import { decodeTraces } from "../../src/otlp/decode-traces.ts";
import { program } from "./spawned.ts";

/** A collector that takes its time over each request, and knows the names of what it has taken. */
async function slowCollector(delay: number) {
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

describe("flush", function () {
  this.timeout(20_000);

  it("resolves once the collector has all that had ended, what was under way included", async () => {
    const collector = await slowCollector(300);
    const { output, errors } = await program(
      `
      import { counter, start, withSpan } from "throughline";
      import { setTimeout as sleep } from "node:timers/promises";
      const telemetry = start({ endpoint: "${collector.endpoint}" });
      withSpan("before", () => counter("work.done").add(1));
      const earlier = telemetry.flush();
      await sleep(100); // its requests are under way
      withSpan("after", () => {});
      const { spans, metrics } = await telemetry.flush();
      console.log(JSON.stringify([spans.delivered, spans.pending, metrics.pending]));
      await earlier;
      process.kill(process.pid, "SIGKILL");
      `,
    );
    collector.close();
    expect([errors, output]).to.deep.equal(["", "[2,0,0]\n"]);
    expect(collector.taken).to.include.members(["before", "after", "work.done"]);
  });
});
