// A service of one framework, traced or not: node bench/frameworks/serve.ts <framework> <bare|ours|official> <endpoint>.
// Tells its port; at each message after that the CPU time of its main thread since the one before, in ns.
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { cpuOf } from "../thread-cpu.ts";
import { FRAMEWORKS, type Mode } from "./apps.ts";

const [framework = "", mode = "bare", endpoint = ""] = process.argv.slice(2);
const make = FRAMEWORKS[framework];
if (make === undefined) throw new Error(`no framework is called ${framework}`);
const flush = await begin();
const { createServer } = createRequire(import.meta.url)("node:http") as typeof import("node:http");
const server = createServer(await make(mode as Mode));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
process.send?.((server.address() as AddressInfo).port);

for (;;) {
  const nanoseconds = await cpuOf(async () => {
    await new Promise((resolve) => process.once("message", resolve));
    await flush();
  });
  process.send?.(nanoseconds);
}

async function begin(): Promise<() => Promise<unknown>> {
  if (mode === "bare") return async () => {};
  if (mode === "official") return (await import("./official.ts")).startOfficial(endpoint);
  const { start } = await import("throughline");
  const telemetry = start({ service: "bench", endpoint });
  return () => telemetry.flush({ timeout: 60_000 });
}
