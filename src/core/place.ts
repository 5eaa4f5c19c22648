import { fileURLToPath } from "node:url";

/** Where this package's own code lies: `src`, or `dist`, at whatever depth this file comes to lie in it. */
const OWN = import.meta.url.replace(/^(.*\/(?:src|dist)\/).*$/, "$1");
const OWN_PATH = fileURLToPath(OWN);

const UNKNOWN = "at an unknown place";

/** Where our caller was called from, as "file:line:column", outside this package. Costs some µs. */
export function callerPlace(): string {
  return placeIn(callerStack().find((line) => !isOwn(line) && !isNodes(line))) ?? UNKNOWN;
}

/** The API calls ours for whoever has called it. */
const API = /[\\/]node_modules[\\/]@opentelemetry[\\/]api[\\/]/;

const LIBRARY = /[\\/]node_modules[\\/]/;

/** Deep enough for a call that comes through several libraries. */
const DEEP = 50;

/** As `callerPlace`, in the host's own code where that is on the stack at all: what libraries do, they do for it. */
export function hostPlace(): string | undefined {
  const lines = callers().filter((line) => !isNodes(line));
  return placeIn(lines.find((line) => !LIBRARY.test(line)) ?? lines[0]);
}

/** Where the host's own code has called ours; undefined where it was Node that did, or a library. */
export function hostCallPlace(): string | undefined {
  const [line = ""] = callers();
  const isHost = !isNodes(line) && !line.includes("at async ") && !LIBRARY.test(line);
  return isHost ? placeIn(line) : undefined;
}

/** The lines of the stack above this package and the API. */
function callers(): readonly string[] {
  const { stackTraceLimit } = Error;
  // A host may have it frozen.
  Reflect.set(Error, "stackTraceLimit", DEEP);
  const lines = callerStack();
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  const first = lines.findIndex((line) => !isOwn(line) && !API.test(line));
  return first < 0 ? [] : lines.slice(first);
}

function isOwn(line: string): boolean {
  return line.includes(OWN) || line.includes(OWN_PATH);
}

/** Node's own, or of the language: `at new Promise (<anonymous>)`. */
function isNodes(line: string): boolean {
  return / \(?node:/.test(line) || !/:\d+\)?$/.test(line);
}

function placeIn(line: string | undefined): string | undefined {
  return line?.replace(/^\s*at (?:async )?/, "");
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
