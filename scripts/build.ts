// Builds dist from nothing: compiled by TypeScript, then brought into a few files, for Node takes about as long to find a
// module as to run it.
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { rollup } from "@rollup/wasm-node";

rmSync("dist", { recursive: true, force: true });
const compiler = "node_modules/typescript/bin/tsc";
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.json"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const middleware = ["http", "express", "fastify", "koa", "hono"];
const doors = ["index", "api", "register", "testing", "devtools", ...middleware, "cli/throughline"];
const bundle = await rollup({
  input: Object.fromEntries(doors.map((door) => [door, `dist/${door}.js`])),
  external: (source) => !source.startsWith(".") && !source.startsWith("dist/") && !source.startsWith("/"),
});
for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" }))
  if (file.endsWith(".js")) rmSync(`dist/${file}`);
// What doors share stands in files of its own, so that it exists once.
await bundle.write({ dir: "dist", chunkFileNames: "shared/[name]-[hash].js" });
chmodSync("dist/cli/throughline.js", 0o755);
