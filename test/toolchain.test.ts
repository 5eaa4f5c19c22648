import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { VERSION } from "../src/core/version.ts";

const project = JSON.parse(readFileSync("package.json", "utf8")) as {
  version: string;
  devDependencies: Record<string, string>;
};
const lane = process.env["THROUGHLINE_LANE"] ?? "";

describe("the toolchain", () => {
  it("runs on the Node that the project pins, not on the machine's own, or on that of its lane", () => {
    const pinned = project.devDependencies["node"] ?? "";
    const expected = /^Node (\d+)$/.exec(lane)?.[1] ?? pinned;
    expect(`${process.versions.node}.`.startsWith(`${expected}.`)).to.equal(true);
  });

  it("tests with the OpenTelemetry packages of its lane", () => {
    const where = createRequire(import.meta.url).resolve("@opentelemetry/sdk-metrics");
    expect(where.includes("opentelemetry-3")).to.equal(lane === "OpenTelemetry 3");
  });

  it("states one version everywhere", () => {
    expect(VERSION).to.equal(project.version);
  });
});
