// Runs a program on the Node that npm itself runs on: the machine's own, not the one pinned for development. An npm
// within a script runs on the pinned one, so this is called from a script that was itself called by hand.
import { spawnSync } from "node:child_process";

const node = process.env["npm_node_execpath"] ?? "node";
const { status } = spawnSync(node, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, THROUGHLINE_LANE: "system" },
});
process.exit(status ?? 1);
