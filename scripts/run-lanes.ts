// Runs the tests in each lane: on the other versions of Node that users have, and with the next major version of the
// OpenTelemetry packages. What a lane needs is installed into folders of its own, in lanes/. What runs in no lane is
// about the sources or about what is read from the environment and the command line, or is a program of examples/, which
// are for the Node of development: they have `using`.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const lanes = path.join(process.cwd(), "lanes");
const MOCHA = ["node_modules/mocha/bin/mocha.js", "--config", ".mocharc.lanes.json"];

/** Node 22 knows no `using`, so that tsx has to translate the tests for it. */
const LANES = [
  { name: "Node 22", node: nodeOf("node22"), before: ["--import", "tsx"], options: "" },
  { name: "Node 26", node: nodeOf("node26"), before: [], options: "" },
  {
    name: "OpenTelemetry 3",
    node: process.execPath,
    before: [],
    options: `--import=${path.join(lanes, "opentelemetry-3", "redirect.mjs")}`,
  },
];

function nodeOf(folder: string): string {
  return path.join(lanes, "node_modules", folder, "bin", "node");
}

/** Side by side, for a lane leaves half of two cores idle: what each writes stands together. */
const AT_ONCE = 2;

function install(folder: string): boolean {
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: "inherit",
    cwd: folder,
  });
  return status === 0;
}

async function runLane({ name, node, before, options }: (typeof LANES)[number]): Promise<boolean> {
  const env = { ...process.env, THROUGHLINE_LANE: name, NODE_OPTIONS: options };
  const lane = spawn(node, [...before, ...MOCHA], { stdio: ["ignore", "pipe", "pipe"], env });
  console.log(`${name} begins`);
  const written: Buffer[] = [];
  for (const stream of [lane.stdout, lane.stderr]) stream.on("data", (chunk: Buffer) => written.push(chunk));
  const status = await once(lane, "close").then(
    ([code]: unknown[]) => code,
    // It could not be started.
    (reason: unknown) => reason,
  );
  console.log(`\n${name}\n${Buffer.concat(written).toString()}`);
  if (status !== 0) console.log(`${name} failed: ${String(status)}`);
  return status === 0;
}

for (const folder of [lanes, path.join(lanes, "opentelemetry-3")]) if (!install(folder)) process.exit(1);

const waiting = [...LANES];
let isGood = true;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift())
      if (!(await runLane(lane))) isGood = false;
  }),
);
process.exit(isGood ? 0 : 1);
