import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { readCommandLine, USAGE } from "../../src/cli/command-line.ts";

const PROGRAM = new URL("../../src/cli/throughline.ts", import.meta.url).pathname;

describe("the command line", () => {
  for (const [args, command] of [
    [["view"], { act: "view", port: 4318, program: [] }],
    [["view", "--port", "0"], { act: "view", port: 0, program: [] }],
    [["view", "--port=65535"], { act: "view", port: 65_535, program: [] }],
    [["view", "--", "node", "app.js"], { act: "view", port: 0, program: ["node", "app.js"] }],
    [["view", "--port=1", "--", "a", "--", "-h"], { act: "view", port: 1, program: ["a", "--", "-h"] }],
    [["--help"], { act: "help" }],
    [["view", "-h"], { act: "help" }],
    [["--version"], { act: "version" }],
  ] as const) {
    it(`"${args.join(" ")}" is ${command.act}`, () => {
      expect(readCommandLine(args)).to.deep.equal(command);
    });
  }

  for (const [args, reason] of [
    [[], "no command was given"],
    [["look"], 'there is no command "look"'],
    [["view", "me"], 'view takes no argument "me"'],
    [["view", "--"], "there is no command behind --"],
    [["view", "--port", "65536"], '"65536" is no port: a port is a number from 0 to 65535'],
    [["view", "--port", "http"], '"http" is no port: a port is a number from 0 to 65535'],
    [["view", "--port=-1"], '"-1" is no port: a port is a number from 0 to 65535'],
  ] as const) {
    it(`"${args.join(" ")}" is refused: ${reason}`, () => {
      expect(readCommandLine(args)).to.deep.equal({ act: "reject", reason });
    });
  }

  it("an unknown option, and a port without its number, are refused", () => {
    expect(readCommandLine(["view", "--fast"])).to.deep.equal({
      act: "reject",
      reason: "Unknown option '--fast'",
    });
    expect(readCommandLine(["view", "--port"])).to.include({ act: "reject" });
  });

  it("a refusal is told on stderr, as text, with the usage, and exit code 2", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, "\u001b[2J"], {
      encoding: "utf8",
    });
    expect([status, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.equal(`throughline: there is no command "\\u{1b}[2J"\n\n${USAGE}`);
  });
});
