// npm test, once all is built and checked: the tests on the pinned Node, in two halves of about the same length, and a
// part of them on the machine's own Node.
import { sideBySide } from "./side-by-side.ts";

const MOCHA = "node_modules/mocha/bin/mocha.js";

/** Those that spawn programs, and mostly wait for them. */
const SPAWNING = ["test/processes", "test/brokers", "test/cli", "test/d*.test.ts"];

const ELSEWHERE = [
  "test/system-node/**",
  "test/peers/**",
  ...SPAWNING.map((spec) => (spec.endsWith(".ts") ? spec : `${spec}/**`)),
];

/** The one that npm itself runs on: an npm within a script runs on the pinned one. */
const systemNode = process.env["npm_node_execpath"] ?? "node";

const isGood = await sideBySide([
  {
    name: "Programs",
    node: process.execPath,
    args: [MOCHA, ...SPAWNING],
    environment: {},
  },
  {
    name: "Sources",
    node: process.execPath,
    args: [MOCHA, ...ELSEWHERE.flatMap((spec) => ["--ignore", spec]), "test"],
    environment: {},
  },
  {
    name: "The machine's own Node",
    node: systemNode,
    args: [MOCHA, "--config", ".mocharc.system.json"],
    environment: { THROUGHLINE_LANE: "system" },
  },
]);
process.exit(isGood ? 0 : 1);
