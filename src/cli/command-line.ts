import { parseArgs } from "node:util";
import { DEFAULT_PORT } from "../devtools/receiver.ts";

/** What the user asked for. */
export type Command =
  /** `program` is the command to run and watch, if there is one. */
  | { readonly act: "view"; readonly port: number; readonly program: readonly string[] }
  | { readonly act: "help" }
  | { readonly act: "version" }
  | { readonly act: "reject"; readonly reason: string };

export const USAGE: string = `Usage: throughline <command>

  view [--port ${DEFAULT_PORT}] [-- node app.js]   receive traces, metrics and logs here and show them here;
                                    of the command behind --, if there is one, until it ends

  --help               show this
  --version            show the version
`;

const HIGHEST_PORT = 65_535;

/** Reads the arguments after the program's name. */
export function readCommandLine(args: readonly string[]): Command {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const program = end < 0 ? undefined : args.slice(end + 1);
  try {
    const { values, positionals } = parseArgs({
      args: [...own],
      allowPositionals: true,
      options: {
        port: { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
    if (values.help === true) return { act: "help" };
    if (values.version === true) return { act: "version" };
    return commandFor(positionals, values.port, program);
  } catch (thrown) {
    return { act: "reject", reason: firstSentence(thrown) };
  }
}

/** What comes after it in Node's messages is advice for other programs. */
function firstSentence(thrown: unknown): string {
  return String(thrown instanceof Error ? thrown.message : thrown).split(". ")[0] ?? "";
}

function commandFor(
  [name, ...rest]: readonly string[],
  port: string | undefined,
  program: readonly string[] | undefined,
): Command {
  if (name === undefined) return { act: "reject", reason: "no command was given" };
  if (name !== "view") return { act: "reject", reason: `there is no command "${name}"` };
  if (rest.length > 0) return { act: "reject", reason: `view takes no argument "${rest.join(" ")}"` };
  if (program?.length === 0) return { act: "reject", reason: "there is no command behind --" };
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) > HIGHEST_PORT)) {
    return { act: "reject", reason: `"${port}" is no port: a port is a number from 0 to ${HIGHEST_PORT}` };
  }
  // A program is told where to send: any port will do, also beside another viewer.
  const byDefault = program === undefined ? DEFAULT_PORT : 0;
  return { act: "view", port: port === undefined ? byDefault : Number(port), program: program ?? [] };
}
