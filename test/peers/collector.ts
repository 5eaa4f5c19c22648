import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Held, readHeld } from "./held-telemetry.ts";
import { startServer } from "./server-process.ts";

export interface Collector {
  readonly endpoint: string;
  /** Ends it, and tells what it holds of all that was sent to it. */
  stop(): Promise<Held>;
}

/** Starts the OpenTelemetry Collector: at a free port, where none is given. */
export async function startCollector(port = "0"): Promise<Collector> {
  const folder = mkdtempSync(path.join(tmpdir(), "throughline-collector-"));
  const file = path.join(folder, "held.jsonl");
  const server = await startServer({
    program: path.resolve("peers/build/collector"),
    args: ["--config=peers/collector/collector.yaml"],
    environment: { COLLECTOR_PORT: port, COLLECTOR_FILE: file },
    address: /Starting HTTP server.*"endpoint": "([^"]+)"/,
    ready: "Everything is ready",
  });
  return {
    endpoint: server.url,
    stop: async () => {
      await server.stop();
      const held = readHeld(file);
      rmSync(folder, { recursive: true, force: true });
      return held;
    },
  };
}

/** What the Collector holds once it has ended, of all that `act` sent to it. */
export async function collected<Result>(
  act: (endpoint: string) => Promise<Result>,
): Promise<Held & { readonly result: Result }> {
  const collector = await startCollector();
  try {
    const result = await act(collector.endpoint);
    return { result, ...(await collector.stop()) };
  } finally {
    await collector.stop();
  }
}
