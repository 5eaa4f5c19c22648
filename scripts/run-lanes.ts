// Runs the tests in each lane: on the other versions of Node that users have, and with the next major version of the
// OpenTelemetry packages. What a lane needs is installed into folders of its own, in lanes/. What runs in no lane is
// about the sources or about what is read from the environment and the command line, or is a program of examples/, which
// are for the Node of development: they have `using`.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { sideBySide } from "./side-by-side.ts";

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

function install(folder: string): boolean {
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: "inherit",
    cwd: folder,
  });
  return status === 0;
}

for (const folder of [lanes, path.join(lanes, "opentelemetry-3")]) if (!install(folder)) process.exit(1);

const isGood = await sideBySide(
  LANES.map(({ name, node, before, options }) => ({
    name,
    node,
    args: [...before, ...MOCHA],
    environment: { THROUGHLINE_LANE: name, NODE_OPTIONS: options },
  })),
);
process.exit(isGood ? 0 : 1);
