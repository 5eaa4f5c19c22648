import type { Attributes } from "@opentelemetry/api";
import { arch, hostname, release, type } from "node:os";
import { basename } from "node:path";
import { report } from "../core/diagnostics.ts";

/** What can be told of where we run, without asking the network or naming a person. */
const DETECTORS: Readonly<Record<string, () => Attributes>> = {
  host,
  os,
  process: ownProcess,
  serviceinstance,
};

/** Names that mean no single detector; `env` is OTEL_RESOURCE_ATTRIBUTES. */
const OTHERS: ReadonlySet<string> = new Set(["all", "none", "env"]);

/**
 * The attributes that the detectors of these names find; of all, where none is named. One that fails finds nothing.
 * (Specification: Resource SDK, Detecting resource information; semantic conventions: host, os, process, service)
 */
export function detect(names: readonly string[] = ["all"]): Attributes {
  const unknown = names.filter((name) => !OTHERS.has(name) && !Object.hasOwn(DETECTORS, name));
  if (unknown.length > 0)
    report(
      "invalid_configuration",
      `OTEL_NODE_RESOURCE_DETECTORS names ${unknown.join(", ")}; it knows all, none, env, ${Object.keys(DETECTORS).join(", ")}`,
    );
  const chosen = Object.entries(DETECTORS).filter(([name]) => names.includes("all") || names.includes(name));
  return Object.assign({}, ...chosen.map(([, find]) => found(find))) as Attributes;
}

function found(find: () => Attributes): Attributes {
  try {
    return find();
  } catch {
    return {};
  }
}

/** Node's names of processors where the conventions have others. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "x86",
  arm: "arm32",
  ppc: "ppc32",
};

function host(): Attributes {
  return { "host.name": hostname(), "host.arch": ARCHITECTURES[arch()] ?? arch() };
}

function os(): Attributes {
  const types: Readonly<Record<string, string>> = { Windows_NT: "windows", SunOS: "solaris" };
  return { "os.type": types[type()] ?? type().toLowerCase(), "os.version": release() };
}

/** Without its arguments, which may hold secrets, and its owner. */
function ownProcess(): Attributes {
  const { argv, execPath, pid, versions } = process;
  return {
    "process.pid": pid,
    "process.executable.name": basename(execPath),
    "process.executable.path": execPath,
    ...(argv[1] === undefined ? {} : { "process.command": argv[1] }),
    "process.runtime.name": "nodejs",
    "process.runtime.version": versions.node,
    "process.runtime.description": "Node.js",
  };
}

let instance: string | undefined;

function serviceinstance(): Attributes {
  return { "service.instance.id": (instance ??= process.getBuiltinModule("node:crypto").randomUUID()) };
}
