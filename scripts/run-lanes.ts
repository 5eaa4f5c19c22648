// Runs the tests in each lane: on the other versions of Node that users have, and with the next major version of the
// OpenTelemetry packages. What a lane needs is installed into folders of its own, in lanes/. What runs in no lane is
// about the sources, or a program of examples/, which are for the Node of development: they have `using`.
import { spawnSync } from "node:child_process";
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

function run(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}, cwd = "."): number {
  const { status } = spawnSync(command, args, { stdio: "inherit", cwd, env: { ...process.env, ...more } });
  return status ?? 1;
}

for (const folder of [lanes, path.join(lanes, "opentelemetry-3")])
  if (run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {}, folder) !== 0) process.exit(1);

const failed = LANES.filter(({ name, node, before, options }) => {
  console.log(`\n${name}`);
  return run(node, [...before, ...MOCHA], { THROUGHLINE_LANE: name, NODE_OPTIONS: options }) !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
