import { expect } from "chai";
import { readFileSync } from "node:fs";
import { VERSION } from "../src/core/version.ts";

const project = JSON.parse(readFileSync("package.json", "utf8")) as {
  version: string;
  devDependencies: Record<string, string>;
};

describe("the toolchain", () => {
  it("runs on the Node that the project pins, not on the machine's own", () => {
    expect(process.versions.node).to.equal(project.devDependencies["node"]);
  });

  it("states one version everywhere", () => {
    expect(VERSION).to.equal(project.version);
  });
});
