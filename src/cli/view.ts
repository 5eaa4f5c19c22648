import { describe } from "../core/diagnostics.ts";
import { printable } from "../core/printable.ts";
import { type Receiver, startReceiver } from "../devtools/receiver.ts";
import { view } from "../devtools/viewer.ts";

/** `throughline view`: receives and prints until it is interrupted. */
export async function runView(port: number): Promise<void> {
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
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  // Whoever reads has gone, as in `throughline view | head`: there is nothing left to do.
  output.on("error", () => void receiver.close());
  output.write(
    `Listening. Run your program with OTEL_EXPORTER_OTLP_ENDPOINT=${receiver.endpoint} (Ctrl-C ends)\n\n`,
  );
}

function reasonNotToStart(thrown: unknown, port: number): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (code === "EADDRINUSE") {
    return `port ${port} is taken, perhaps by another viewer or a collector; choose another with --port`;
  }
  if (code === "EACCES") return `port ${port} may not be opened by this user; choose another with --port`;
  return `the receiver did not start: ${printable(describe(thrown))}`;
}
