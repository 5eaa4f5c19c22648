import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that listens at a port of its own choice, and says in its log at which and when it is ready. */
export interface ServerProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Finds the address in the log: its first group. */
  readonly address: RegExp;
  /** Stands in the log, before or after the address, once requests are answered. */
  readonly ready: string;
}

export interface ServerProcess {
  /** "http://127.0.0.1:4318" */
  readonly url: string;
  /** Lets it finish what it has taken, and resolves when it has ended. */
  stop(): Promise<void>;
}

const LONGEST_START = 20_000;
const LONGEST_STOP = 5_000;
const POLL = 20;

export async function startServer(server: ServerProgram): Promise<ServerProcess> {
  const child = spawn(server.program, server.args, { env: { ...process.env, ...server.environment } });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += String(chunk)));
  const deadline = performance.now() + LONGEST_START;
  let address: string | undefined;
  while (address === undefined || !log.includes(server.ready)) {
    if (performance.now() > deadline || hasEnded(child)) {
      kill();
      throw new Error(`${server.program} did not become ready; its log:\n${log}`);
    }
    await sleep(POLL);
    [, address] = server.address.exec(log) ?? [];
  }
  return { url: `http://${address}`, stop: () => stop(child).finally(() => process.off("exit", kill)) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_STOP);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
