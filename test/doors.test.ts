import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** A door is a file directly in src; what it exports is listed in test/doors, and changes on purpose only. */
const DOORS = readdirSync("src")
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .toSorted();

describe("the doors", () => {
  it("are the entry points of package.json", () => {
    const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
      exports: Record<string, unknown>;
    };
    const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
    expect(entries.map((entry) => (entry === "." ? "index" : entry.slice(2))).toSorted()).to.deep.equal(
      DOORS,
    );
  });

  it("have types that a strict program takes without Node's own", function () {
    this.timeout(30_000);
    mkdirSync(".doors", { recursive: true });
    try {
      const imports = DOORS.map(
        (door) => `import "${door === "index" ? "throughline" : `throughline/${door}`}";`,
      );
      const program = `import { start, type Telemetry } from "throughline";\nexport const telemetry: Telemetry = start();`;
      writeFileSync(".doors/program.mts", [...imports, program].join("\n"));
      const options = [
        "--strict",
        "--noEmit",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--types",
        "",
        "--ignoreConfig",
      ];
      const { status, stdout } = spawnSync(
        process.execPath,
        ["node_modules/typescript/bin/tsc", ...options, ".doors/program.mts"],
        { encoding: "utf8" },
      );
      expect(stdout).to.equal("");
      expect(status).to.equal(0);
    } finally {
      rmSync(".doors", { recursive: true });
    }
  });

  for (const door of DOORS) {
    it(`"${door}" exports what its list says`, () => {
      const listed = readFileSync(`test/doors/${door}.txt`, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      expect(exportsOf(door)).to.deep.equal(listed);
    });

    it(`"${door}" can be imported and required from the built package`, () => {
      const entry = door === "index" ? "throughline" : `throughline/${door}`;
      const environment = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
      for (const program of [
        `await import("${entry}")`,
        `process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")("${entry}")`,
      ]) {
        const output = execFileSync(
          process.execPath,
          ["--input-type=module", "-e", `${program}; process.exit(0)`],
          { env: environment, encoding: "utf8" },
        );
        expect(output).to.equal("");
      }
    });
  }
});

/** Values first by name, then types by name, as the declarations of the built door state them. */
function exportsOf(door: string): string[] {
  const text = readFileSync(`dist/${door}.d.ts`, "utf8");
  const names = Array.from(text.matchAll(/export (type )?\{([^}]*)\}/g), ([, isType, list = ""]) =>
    list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .map((name) => (isType === undefined || name.startsWith("type ") ? name : `type ${name}`)),
  ).flat();
  return names.toSorted(
    (a, b) => Number(a.startsWith("type ")) - Number(b.startsWith("type ")) || a.localeCompare(b, "en"),
  );
}
