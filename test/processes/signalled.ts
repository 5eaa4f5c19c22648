import { spawn } from "node:child_process";
import { once } from "node:events";
import { startReceiver } from "../../src/devtools.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  /** From the first signal to the end, in ms. */
  readonly took: number;
  readonly spans: readonly string[];
}

/** Runs a program until it prints "ready", sends it signals, and waits for its end. */
export async function signalled(
  code: string,
  signals: readonly NodeJS.Signals[],
  endpoint?: string,
): Promise<Ended> {
  const receiver = await startReceiver({ port: 0 });
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    env: { PATH: process.env["PATH"], OTEL_EXPORTER_OTLP_ENDPOINT: endpoint ?? receiver.endpoint },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let began = 0;
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
    if (began > 0 || !output.includes("ready")) return;
    began = performance.now();
    // Apart: two that wait at once are one to the process.
    for (const [index, signal] of signals.entries()) setTimeout(() => child.kill(signal), 300 * index);
  });
  const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
  const took = performance.now() - began;
  const spans = receiver.store.traces().flatMap((trace) => trace.spans.map(({ name }) => name));
  await receiver.close();
  return { code: exitCode, signal, output, took, spans };
}
