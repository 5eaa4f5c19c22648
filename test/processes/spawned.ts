import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs Node with these arguments to its end. Of the environment only what is given here counts for telemetry. */
export async function spawned(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Ended> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|TRACEPARENT$|TRACESTATE$|BAGGAGE$)/.test(name)),
  );
  const child = spawn(process.execPath, args, {
    env: { ...clean, ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, output, errors };
}

/** Runs a program, an ES module on the built package. */
export function program(code: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return spawned(["--input-type=module", "-e", code], environment);
}
