#!/usr/bin/env node
import { printable } from "../core/printable.ts";
import { VERSION } from "../core/version.ts";
import { readCommandLine, USAGE } from "./command-line.ts";
import { runView } from "./view.ts";

const command = readCommandLine(process.argv.slice(2));
switch (command.act) {
  case "view":
    void runView(command.port, command.program);
    break;
  case "help":
    process.stdout.write(USAGE);
    break;
  case "version":
    process.stdout.write(`${VERSION}\n`);
    break;
  case "reject":
    process.stderr.write(`throughline: ${printable(command.reason)}\n\n${USAGE}`);
    process.exitCode = 2;
    break;
}
