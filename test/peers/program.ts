import type { TelemetryReport } from "throughline";
import { spawned } from "../processes/spawned.ts";

/** Runs a program of this folder to its end: the account that it gives, and what it says on stderr. */
export async function runProgram(
  file: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly report: TelemetryReport; readonly errors: string }> {
  const { code, output, errors } = await spawned([`test/peers/${file}`], environment);
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${errors}`);
  return { report: JSON.parse(output) as TelemetryReport, errors };
}
