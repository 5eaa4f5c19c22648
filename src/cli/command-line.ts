import { parseArgs } from "node:util";
import { DEFAULT_PORT } from "../devtools/receiver.ts";

/** What the user asked for. */
export type Command =
  | { readonly act: "view"; readonly port: number }
  | { readonly act: "help" }
  | { readonly act: "version" }
  | { readonly act: "reject"; readonly reason: string };

export const USAGE: string = `Usage: throughline <command>

  view [--port ${DEFAULT_PORT}]   receive traces and metrics on this machine and show them here

  --help               show this
  --version            show the version
`;

const HIGHEST_PORT = 65_535;

/** Reads the arguments after the program's name. */
export function readCommandLine(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
    if (values.help === true) return { act: "help" };
    if (values.version === true) return { act: "version" };
    return commandFor(positionals, values.port);
  } catch (thrown) {
    return { act: "reject", reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function commandFor([name, ...rest]: readonly string[], port: string = String(DEFAULT_PORT)): Command {
  if (name === undefined) return { act: "reject", reason: "no command was given" };
  if (name !== "view") return { act: "reject", reason: `there is no command "${name}"` };
  if (rest.length > 0) return { act: "reject", reason: `view takes no argument "${rest.join(" ")}"` };
  if (!/^\d{1,5}$/.test(port) || Number(port) > HIGHEST_PORT) {
    return { act: "reject", reason: `"${port}" is no port: a port is a number from 0 to ${HIGHEST_PORT}` };
  }
  return { act: "view", port: Number(port) };
}
