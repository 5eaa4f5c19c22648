import { report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** A span's name that was given, or that of a function; the usual one where there is none. */
export function nameOf(given: unknown, usual: string): string {
  if (typeof given === "string" && given !== "") return given;
  if (given !== undefined && given !== "")
    report("invalid_argument", `the name of a span is a text, and was given as ${nounFor(given)}`);
  return usual;
}
