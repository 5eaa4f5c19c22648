import { spawn } from "node:child_process";
import { describe } from "../core/diagnostics.ts";
import { printable } from "../core/printable.ts";
import { type Receiver, startReceiver } from "../devtools/receiver.ts";
import { view } from "../devtools/viewer.ts";
import { environmentWith } from "../sdk/environment.ts";

/** `throughline view`: receives and prints until it is interrupted or, where it runs a program, until that ends. */
export async function runView(port: number, program: readonly string[]): Promise<void> {
  let receiver: Receiver;
  try {
    receiver = await startReceiver({ port });
  } catch (thrown) {
    process.stderr.write(`throughline: ${reasonNotToStart(thrown, port)}\n`);
    process.exitCode = 1;
    return;
  }
  const output = process.stdout;
  // hasColors also knows what NO_COLOR and FORCE_COLOR say.
  const viewing = view(receiver, output, { color: output.isTTY && output.hasColors() });
  const end = (): void => {
    viewing.close();
    void receiver.close();
  };
  // Whoever reads has gone, as in `throughline view | head`: there is nothing left to do.
  output.on("error", () => void receiver.close());
  if (program.length > 0) return runProgram(program, receiver, end);
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  output.write(
    `Listening. Run your program with OTEL_EXPORTER_OTLP_ENDPOINT=${receiver.endpoint} (Ctrl-C ends)\n\n`,
  );
}

const NOTHING_ARRIVED =
  "throughline: nothing arrived. The program has to call start(), with neither an endpoint nor an exporter of its own, or be run with --import throughline/register\n";

/** Ends as the program does: with its exit code, or by its signal. */
function runProgram([command = "", ...args]: readonly string[], receiver: Receiver, end: () => void): void {
  const env = environmentWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  const child = spawn(command, args, { stdio: "inherit", env });
  // Ctrl-C reaches the program as well, and what it sends as it ends is still to be shown.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    process.stderr.write(`throughline: ${printable(`${command} cannot be run (${describe(error)})`)}\n`);
    process.exitCode = 127;
    end();
  });
  child.on("exit", (code, signal) => {
    end();
    const { spans, logs } = receiver.store;
    if (spans === 0 && logs === 0 && receiver.store.series().length === 0)
      process.stderr.write(NOTHING_ARRIVED);
    if (signal === null) return void (process.exitCode = code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function reasonNotToStart(thrown: unknown, port: number): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (code === "EADDRINUSE") {
    return `port ${port} is taken, perhaps by another viewer or a collector; choose another with --port`;
  }
  if (code === "EACCES") return `port ${port} may not be opened by this user; choose another with --port`;
  return `the receiver did not start: ${printable(describe(thrown))}`;
}
