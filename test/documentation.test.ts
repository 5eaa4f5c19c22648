import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Programs made from the documentation, inside the project so that they import the built package by its name. */
const WORKSHOP = ".documentation";

interface Block {
  readonly page: string;
  readonly language: string;
  readonly code: string;
  readonly line: number;
}

const pages = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.join("docs", file)),
];
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => path.join("src", file));
const blocks = pages.flatMap(blocksOf);
const programs = [
  ...blocks.filter(({ language }) => language === "ts"),
  ...sources.flatMap(docstringExamples),
];

describe("the documentation", function () {
  this.timeout(60_000);

  before(() => {
    rmSync(WORKSHOP, { recursive: true, force: true });
    mkdirSync(WORKSHOP);
  });
  after(() => rmSync(WORKSHOP, { recursive: true, force: true }));

  it("has programs to run", () => {
    expect(programs.length).to.be.greaterThan(4);
  });

  for (const program of programs) {
    it(`${program.page}:${program.line} runs`, async () => {
      const { code, output, errors } = await run(program.code, `${program.page}:${program.line}`);
      const picture = pictureAfter(program)?.code;
      const isWarning = picture?.startsWith("throughline: ") === true;
      expect(shapeOf(errors)).to.equal(isWarning ? shapeOf(picture) : "");
      expect(code).to.equal(0);
      if (picture !== undefined && !isWarning) expect(shapeOf(output)).to.equal(shapeOf(picture));
    });
  }

  it("shows only commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    const commands = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(({ code }) => code.split(/\n|&&/))
      .map((command) => command.trim())
      .filter((command) => command !== "");
    const known = new Set([
      "npm ci",
      "npm test",
      ...Object.keys(scripts).map((script) => `npm run ${script}`),
      "npx throughline view -- node app.js",
      "npm install throughline",
      "node --import throughline/register app.js",
    ]);
    expect(commands.length).to.be.greaterThan(0);
    expect(commands.filter((command) => !known.has(command))).to.deep.equal([]);
  });

  it("has no block in a language that no test runs or compares", () => {
    expect(blocks.filter(({ language }) => !["ts", "sh", "text"].includes(language))).to.deep.equal([]);
    const pictures = blocks.filter(({ language }) => language === "text");
    expect(
      pictures.filter((picture) => !programs.some((program) => pictureAfter(program) === picture)),
    ).to.deep.equal([]);
  });
});

function blocksOf(page: string): Block[] {
  const text = readFileSync(page, "utf8");
  return Array.from(
    text.matchAll(/^```(\w*)\n(.*?)^```$/gms),
    ({ 1: language = "", 2: code = "", index }) => ({
      page,
      language,
      code,
      line: text.slice(0, index).split("\n").length,
    }),
  );
}

/** What follows `@example` in a docstring, with what it calls imported from the door that has it. */
function docstringExamples(page: string): Block[] {
  const text = readFileSync(page, "utf8");
  return Array.from(
    text.matchAll(/^( *)\* @example\n((?:\1\* .*\n)+?)\1\*\//gm),
    ({ 1: margin = "", 2: lines = "", index }) => {
      const code = lines.replaceAll(`${margin}* `, "");
      return {
        page,
        language: "ts",
        code: `${importsOf(code)}\n${code}`,
        line: text.slice(0, index).split("\n").length,
      };
    },
  );
}

function importsOf(code: string): string {
  const called = (door: string): string[] =>
    readFileSync(`test/doors/${door}.txt`, "utf8")
      .split("\n")
      .filter((name) => /^\w+$/.test(name) && new RegExp(`\\b${name}[(<.]`).test(code))
      .filter((name) => !new RegExp(`const (\\{[^}]*)?\\b${name}\\b`).test(code));
  const main = called("index");
  const others = called("api").filter((name) => !main.includes(name));
  return [
    `import { ${called("http").join(", ")} } from "throughline/http"; import { createServer } from "node:http";`,
    `import { ${called("testing").join(", ")} } from "throughline/testing";`,
    `import { ${main.join(", ")} } from "throughline";`,
    `import { ${others.join(", ")} } from "throughline/api";`,
  ].join(" ");
}

function pictureAfter(program: Block): Block | undefined {
  const next = blocks[blocks.indexOf(program) + 1];
  return blocks.includes(program) && next?.language === "text" && next.page === program.page
    ? next
    : undefined;
}

/** Ids, times, bars and files differ from run to run; everything else is to be as the page shows it. */
function shapeOf(picture: string): string {
  return picture
    .replace(/\b\d\d:\d\d:\d\d\.\d{3}\b/g, "CLOCK")
    .replace(/file:[^\s:]+/g, "FILE")
    .replace(/[0-9a-f]{8,32}/g, "ID")
    .replace(/[\d.]+ ?(?:ns|µs|ms|s)\b/g, "TIME")
    .replace(/[▏▎▍▌▋▊▉█▐]+/g, "█")
    .replace(/[ \t]+/g, " ")
    .trim();
}

async function run(
  code: string,
  name: string,
): Promise<{ code: number | null; output: string; errors: string }> {
  const file = path.join(WORKSHOP, `${name.replaceAll(/\W/g, "-")}.ts`);
  writeFileSync(file, code);
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
  });
  const [chunks, errors]: [string[], string[]] = [[], []];
  child.stdout.on("data", (chunk) => chunks.push(String(chunk)));
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  const exit = await new Promise<number | null>((resolve) => child.on("close", resolve));
  // Nobody listens at the endpoint above, and one line says so; anything else on stderr is a fault.
  const faults = errors
    .join("")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("throughline: no collector takes telemetry"));
  return { code: exit, output: chunks.join(""), errors: faults.join("\n") };
}
