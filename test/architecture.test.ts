import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What each room may import, besides itself. `record` stands for the record.ts of trace, metrics and logs alone. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  context: ["core"],
  trace: ["core", "context"],
  metrics: ["core", "context", "trace"],
  groups: ["core", "context", "metrics"],
  recorders: ["core", "context", "metrics"],
  propagation: ["core", "context"],
  resource: ["core"],
  otlp: ["core", "resource", "record"],
  waterfall: ["core"],
  export: ["core", "context", "otlp", "resource", "waterfall", "record"],
  concurrency: ["core", "context", "trace"],
  database: ["core", "context", "trace", "metrics", "concurrency"],
  lifecycle: ["core", "context", "trace", "concurrency"],
  request: ["core", "context", "trace", "propagation", "concurrency"],
  logs: ["core", "context", "trace"],
  instrumentation: ["core", "context", "trace", "metrics", "propagation", "request"],
  middleware: ["core", "context", "trace", "logs", "request", "instrumentation"],
  threads: ["core", "context", "metrics", "export"],
  sdk: [
    "core",
    "context",
    "trace",
    "metrics",
    "propagation",
    "resource",
    "export",
    "threads",
    "instrumentation",
    "lifecycle",
    "logs",
    "record",
  ],
  workers: ["core", "context", "trace", "threads", "sdk"],
  testing: ["core", "context", "trace", "metrics", "logs", "propagation", "export", "waterfall"],
  devtools: ["core", "context", "otlp", "waterfall"],
  cli: ["core", "devtools", "sdk"],
};

/** Who may load what is not ours, Node's own modules and the OpenTelemetry API aside. */
const PACKAGES: Record<string, readonly string[]> = {
  concurrency: ["p-map"],
  sdk: ["@opentelemetry/sdk-metrics"],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => path.join("src", file))
  .toSorted();
const imports: Import[] = files.flatMap((file) =>
  Array.from(
    readFileSync(file, "utf8").matchAll(/(?:from|import|import\()\s*"([^"]+)"/g),
    ([, target = ""]) => ({
      file,
      target: target.startsWith(".") ? path.join(path.dirname(file), target) : target,
    }),
  ),
);
const ours = imports.filter(({ target }) => target.startsWith("src/"));

describe("the architecture", () => {
  it("has imports to look at", () => {
    expect(ours.length).to.be.greaterThan(50);
  });

  it("lets each room import only the rooms that its row names", () => {
    expect(ours.filter((line) => !isAllowed(line))).to.deep.equal([]);
  });

  it("knows every room of src", () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== "a door"));
    expect([...rooms].toSorted()).to.deep.equal(Object.keys(MAY_IMPORT).toSorted());
  });

  it("keeps other packages out, but where a row names them", () => {
    const foreign = imports.filter(({ target }) => !/^(src\/|node:|@opentelemetry\/api$)/.test(target));
    expect(
      foreign.filter(({ file, target }) => !(PACKAGES[roomOf(file)] ?? []).includes(target)),
    ).to.deep.equal([]);
  });

  it("has no cycle of imports, type imports included", () => {
    expect(findCycle()).to.equal(undefined);
  });

  it("loads neither node:http nor an SDK with the main door", () => {
    const eager = new Set(reachable("src/index.ts").map(({ target }) => target));
    expect([...eager].filter((target) => /^node:https?$|sdk-/.test(target))).to.deep.equal([]);
  });

  it("reads the environment in one file", () => {
    const readers = files.filter((file) => /process\.env/.test(readFileSync(file, "utf8")));
    expect(readers).to.deep.equal(["src/sdk/environment.ts"]);
  });

  it("has no drawer", () => {
    expect(
      files.filter((file) => /(^|\/)(utils?|helpers?|common|types|misc)(\.ts|\/)/.test(file)),
    ).to.deep.equal([]);
  });
});

function roomOf(file: string): string {
  const [, room = "", inside] = file.split("/");
  return inside === undefined ? "a door" : room;
}

function isAllowed({ file, target }: Import): boolean {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === "a door") return to !== "a door";
  if (from === to) return true;
  const allowed = MAY_IMPORT[from] ?? [];
  return allowed.includes(to) || (target.endsWith("/record.ts") && allowed.includes("record"));
}

function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of ours.filter((line) => line.file === file)) {
      const cycle = visit(next.target, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  return files.map((file) => visit(file, [])).find((cycle) => cycle !== undefined);
}

/** The imports that loading a file executes: type-only ones are erased. */
function reachable(entry: string): Import[] {
  const seen = new Set<string>();
  const result: Import[] = [];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, clause = "", target = ""] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export)\s+([^;]*?)from\s+"([^"]+)"/gm,
    )) {
      if (clause.startsWith("type ")) continue;
      const resolved = target.startsWith(".") ? path.join(path.dirname(file), target) : target;
      result.push({ file, target: resolved });
      if (resolved.startsWith("src/")) visit(resolved);
    }
  };
  visit(entry);
  return result;
}
