// Runs the tests against the real OpenTelemetry Collector and the real Prometheus. Both are built from the modules that
// peers/ pins, on the first run and whenever what is pinned changes; with `build` as an argument that is all. Without Go
// there is nothing to build them with.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

interface Peer {
  readonly name: string;
  /** What `go build` is asked for, in the module peers/<name>. */
  readonly target: readonly string[];
}

const PEERS: readonly Peer[] = [
  // Another version: see builder-config.yaml there.
  { name: "collector", target: ["."] },
  // Another version: `go get -tool github.com/prometheus/prometheus/cmd/prometheus@<version>` there. Without the tag the
  // SDKs of all clouds are compiled, to discover there what could be scraped.
  {
    name: "prometheus",
    target: ["-tags=remove_all_sd", "github.com/prometheus/prometheus/cmd/prometheus"],
  },
];

const BUILD = path.resolve("peers", "build");
const FLAGS = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
const MOCHA = ["node_modules/mocha/bin/mocha.js", "--config", ".mocharc.peers.json"];

/** In minutes. A first build downloads and compiles everything: three minutes each, on 2 cores. */
const [BUILD_LIMIT, TESTS_LIMIT] = [20, 3];

if (spawnSync("go", ["version"]).status !== 0) {
  console.log("peers: skipped, for there is no Go to build the OpenTelemetry Collector and Prometheus with");
  process.exit(0);
}

const temporary = mkdtempSync(path.join(tmpdir(), "throughline-peers-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

mkdirSync(BUILD, { recursive: true });
for (const peer of PEERS) if (!(await build(peer))) process.exit(1);
if (process.argv[2] === "build") process.exit(0);
const passed =
  (await run("npm", ["run", "-s", "build"], { minutes: TESTS_LIMIT })) &&
  (await run(process.execPath, MOCHA, { minutes: TESTS_LIMIT }));
process.exit(passed ? 0 : 1);

/** Whether there is a program now that was built from what the module's folder holds. */
async function build({ name, target }: Peer): Promise<boolean> {
  const cwd = path.resolve("peers", name);
  const [program, stamp] = [path.join(BUILD, name), path.join(BUILD, `${name}.sha256`)];
  const pinned = digestOf(cwd, target);
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, "utf8") === pinned) return true;
  console.log(`peers: building ${name} with Go, which takes minutes the first time`);
  const begun = performance.now();
  const args = ["build", ...FLAGS, "-o", program, ...target];
  const environment = { CGO_ENABLED: "0" };
  if (!(await run("go", args, { minutes: BUILD_LIMIT, output: "of a failure", environment, cwd })))
    return false;
  writeFileSync(stamp, pinned);
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`peers: built ${name} in ${seconds} s, ${Math.round(statSync(program).size / 1e6)} MB`);
  return true;
}

function digestOf(folder: string, target: readonly string[]): string {
  const hash = createHash("sha256").update([...FLAGS, ...target].join(" "));
  const sources = readdirSync(folder).filter((file) => /\.(go|mod|sum)$/.test(file));
  for (const file of sources.toSorted()) hash.update(file).update(readFileSync(path.join(folder, file)));
  return hash.digest("hex");
}

interface RunOptions {
  /** How long it may take. */
  readonly minutes: number;
  /** What of its output is shown; default: all. */
  readonly output?: "of a failure";
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Whether a command ends well and in time. What it started ends with it: it has a process group of its own. */
async function run(command: string, args: readonly string[], options: RunOptions): Promise<boolean> {
  const { minutes, output, environment, cwd = "." } = options;
  const env = { ...process.env, TMPDIR: temporary, ...environment };
  const told = output === undefined ? "inherit" : "pipe";
  const child = spawn(command, args, { stdio: ["ignore", told, told], detached: true, cwd, env });
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  process.prependListener("exit", endGroup);
  const timer = setTimeout(() => {
    console.error(`peers: ${command} ${args[0]} took longer than ${minutes} minutes`);
    endGroup();
  }, minutes * 60_000);
  const unshown: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => unshown.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  endGroup();
  process.off("exit", endGroup);
  if (code !== 0) process.stderr.write(unshown.join(""));
  return code === 0;
}
