// CPU of the main thread for each request, made and received in this process:
// node bench/measure-http.ts <bare|ours|official> <requests> <endpoint>
import { metrics } from "@opentelemetry/api";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { cpuOf } from "./thread-cpu.ts";

const AT_ONCE = 10;

const [mode, count, endpoint = ""] = process.argv.slice(2);
const flush = await begin();
// The official instrumentation patches what is required after it.
const http = createRequire(import.meta.url)("node:http") as typeof import("node:http");

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
const server = http.createServer((_request, response) => response.end("ok"));
const url = await listening(server);
const requests = Number(count);
await run(requests / 4);
await flush();
const nanoseconds = await cpuOf(async () => {
  await run(requests);
  await flush();
});
process.send?.({ nanoseconds: nanoseconds / requests, made: 2 * (requests / 4 + requests) });
process.exit();

async function begin(): Promise<() => Promise<unknown>> {
  if (mode === "bare") return async () => {};
  if (mode === "ours") {
    const { start } = await import("throughline");
    const telemetry = start({ service: "bench", endpoint });
    return () => telemetry.flush({ timeout: 60_000 });
  }
  // Ours measures the duration of requests too.
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  metrics.setGlobalMeterProvider(
    new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] }),
  );
  new HttpInstrumentation().enable();
  const { official } = await import("./official.ts");
  const contender = official({ endpoint });
  return () => contender.flush();
}

async function run(total: number): Promise<void> {
  let left = total;
  const one = async (): Promise<void> => {
    while (left-- > 0) await get();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

function get(): Promise<void> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
  });
}

async function listening(own: Server): Promise<string> {
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}/`;
}
