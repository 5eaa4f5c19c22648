// Builds dist from nothing: declarations by the compiler, which checks types, and code in a few files by esbuild, for
// Node takes about as long to find a module as to run it.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
const compiler = "node_modules/typescript/bin/tsc";
const declarations = [compiler, "-p", "tsconfig.json", "--emitDeclarationOnly"];
const { status } = spawnSync(process.execPath, declarations, { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
await build({
  entryPoints: ["index", "api", "register", "devtools", "cli/throughline"].map((door) => `src/${door}.ts`),
  outdir: "dist",
  outbase: "src",
  bundle: true,
  // What doors share stands in files of its own, so that it exists once.
  splitting: true,
  chunkNames: "shared/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  logLevel: "warning",
});
chmodSync("dist/cli/throughline.js", 0o755);
