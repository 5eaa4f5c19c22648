import type { Attributes } from "@opentelemetry/api";
import { getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";

import type { RedactionOptions } from "../core/redaction.ts";

/** What telemetry leaves for the workers of its process. */
export interface LeftForWorkers {
  /** The thread that exports. */
  readonly thread: number;
  readonly resource: Attributes;
  /** What is taken out of spans, which a worker makes ready to be sent. */
  readonly redact: false | RedactionOptions;
  /** Whether anybody is to be told at all; what is made is handed over. */
  readonly exporters: Readonly<Record<"spans" | "metrics" | "logs", "otlp" | "none">>;
}

const KEY = "throughline.1.left-for-workers";

/** Of the JSON, in bytes: a resource with long attributes is a few thousand. */
const MOST = 256 * 1024;

/** Newer than the types that this is compiled against.  (ECMAScript 2024: SharedArrayBuffer) */
interface SharedMemory extends SharedArrayBuffer {
  grow(length: number): void;
}

/** Before the JSON, its length: 0 where nothing was left. */
const HEAD = 4;

/**
 * Memory that all threads share, there from the import on: a pool that a module makes before `start()` is called has its
 * workers read in it as they come to work.
 */
const memory: SharedMemory = inherited() ?? left();

function inherited(): SharedMemory | undefined {
  const data: unknown = getEnvironmentData(KEY);
  return data instanceof SharedArrayBuffer ? (data as SharedMemory) : undefined;
}

function left(): SharedMemory {
  const own = new (SharedArrayBuffer as unknown as new (length: number, options: object) => SharedMemory)(
    HEAD,
    {
      maxByteLength: MOST,
    },
  );
  setEnvironmentData(KEY, own);
  return own;
}

/** For all workers, but those that were created before this package was imported. */
export function leaveForWorkers(telemetry: LeftForWorkers | undefined): void {
  const json = new TextEncoder().encode(telemetry === undefined ? "" : JSON.stringify(telemetry));
  if (HEAD + json.length > MOST) return;
  if (memory.byteLength < HEAD + json.length) memory.grow(HEAD + json.length);
  new Uint8Array(memory, HEAD).set(json);
  Atomics.store(new Int32Array(memory, 0, 1), 0, json.length);
}

/** What was left for this thread; undefined where nobody exports for it. */
export function leftForThisThread(): LeftForWorkers | undefined {
  const length = Atomics.load(new Int32Array(memory, 0, 1), 0);
  if (length === 0) return undefined;
  // A decoder takes no memory that is shared.
  const json = new TextDecoder().decode(new Uint8Array(memory, HEAD, length).slice());
  const telemetry = JSON.parse(json) as LeftForWorkers;
  return telemetry.thread === threadId ? undefined : telemetry;
}
