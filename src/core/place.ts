import { fileURLToPath } from "node:url";

/** Where this package's own code lies: `src`, or `dist`, at whatever depth this file comes to lie in it. */
const OWN = import.meta.url.replace(/^(.*\/(?:src|dist)\/).*$/, "$1");
const OWN_PATH = fileURLToPath(OWN);

/** Where our caller was called from, as "file:line:column", outside this package. Costs some µs. */
export function callerPlace(): string {
  const line = callerStack().find(
    (each) => !each.includes(OWN) && !each.includes(OWN_PATH) && !each.includes("(node:"),
  );
  return line?.replace(/^\s*at (?:async )?/, "") ?? "at an unknown place";
}

/** The lines of the current stack, without this function's own; empty where the host has no stack traces. */
export function callerStack(): readonly string[] {
  try {
    const { stack } = new Error("where are we");
    return typeof stack === "string" ? stack.split("\n").slice(2) : [];
  } catch {
    // A host's own Error.prepareStackTrace may fail.
    return [];
  }
}
