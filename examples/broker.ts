// A real broker for an example: redis-server or nats-server, on a free port, with a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HOST = "127.0.0.1";

const ARGUMENTS = {
  "redis-server": (port: string, folder: string) => [
    "--bind",
    HOST,
    "--port",
    port,
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "no",
  ],
  "nats-server": (port: string, folder: string) => [
    "--addr",
    HOST,
    "--port",
    port,
    "--jetstream",
    "--store_dir",
    folder,
  ],
};

/** How long it may take to answer, in milliseconds: it takes 50. */
const PATIENCE = 10_000;

export interface Broker extends AsyncDisposable {
  readonly port: number;
  stop(): Promise<void>;
}

/** Undefined, and a sentence says so, where the program is not installed. At a free port, where none is given. */
export async function startBroker(
  program: keyof typeof ARGUMENTS,
  given?: number,
): Promise<Broker | undefined> {
  const port = given ?? (await freePort());
  const folder = mkdtempSync(path.join(tmpdir(), `${program}-`));
  const server = spawn(program, ARGUMENTS[program](String(port), folder), {
    stdio: "ignore",
    env: systemPath(),
  });
  const kill = (): boolean => server.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    if (server.kill()) await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  };
  if (await isReady(server, port)) return { port, stop, [Symbol.asyncDispose]: stop };
  await stop();
  console.log(`${program} is not here, which Debian installs by: apt-get install ${program}`);
  return undefined;
}

/** Debian has servers where not every user looks for programs. */
function systemPath(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [process.env["PATH"], "/usr/sbin"].join(path.delimiter) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, HOST), "listening");
  const { port } = server.address() as { port: number };
  await once(server.close(), "close");
  return port;
}

/** Once it answers: true; false where there is no such program. */
async function isReady(server: ChildProcess, port: number): Promise<boolean> {
  const failure = once(server, "exit").then(([code]: unknown[]) => {
    throw new Error(`${server.spawnfile} ended with exit code ${String(code)}`);
  });
  try {
    await Promise.race([failure, tryUntilAnswered(server, port)]);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

async function tryUntilAnswered(server: ChildProcess, port: number): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (server.exitCode === null && !(await answers(port))) {
    if (performance.now() > end) throw new Error(`nothing answers at port ${port}`);
    await sleep(20);
  }
}

/** Redis answers to this, and NATS speaks first. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    await once(socket, "data");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
