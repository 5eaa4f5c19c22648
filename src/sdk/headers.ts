import { report } from "../core/diagnostics.ts";

/** A token, and a text without control characters.  (RFC 9110, 5.1 and 5.5) */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;

/** The headers that HTTP can carry, names in lowercase; another is named, without its value, and left out. */
export function wellFormedHeaders(
  headers: Iterable<readonly [string, unknown]>,
  source: string,
): Record<string, string> {
  const wellFormed: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (NAME.test(name) && typeof value === "string" && VALUE.test(value))
      wellFormed[name.toLowerCase()] = value;
    else
      report(
        "invalid_configuration",
        `${source} has a member that is no header (${nameOf(name)}); it was left out`,
      );
  }
  return wellFormed;
}

/** The beginning that is a name: with a wrong separator, what follows may be the secret. */
function nameOf(text: string): string {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]*/.exec(text)?.[0] || "without a name";
}
