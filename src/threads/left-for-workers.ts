import type { Attributes } from "@opentelemetry/api";
import { deserialize, serialize } from "node:v8";
import { getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";
import { report } from "../core/diagnostics.ts";
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

/** Of what is left, in bytes: a resource with long attributes is a few thousand. */
const MOST = 256 * 1024;

/** Newer than the types that this is compiled against.  (ECMAScript 2024: SharedArrayBuffer) */
interface SharedMemory extends SharedArrayBuffer {
  grow(length: number): void;
}

/** Before it stands its length: 0 where nothing was left. */
const HEAD = 4;

/**
 * Memory that all threads share, there from the import on: a pool that a module makes before `start()` is called has its
 * workers read in it as they come to work.
 */
const memory: SharedMemory = inherited() ?? ofOwn();

function inherited(): SharedMemory | undefined {
  const data: unknown = getEnvironmentData(KEY);
  return data instanceof SharedArrayBuffer ? (data as SharedMemory) : undefined;
}

function ofOwn(): SharedMemory {
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
  const bytes = telemetry === undefined ? new Uint8Array() : serialize(telemetry);
  if (HEAD + bytes.length > MOST)
    report(
      "limit_reached",
      `workers export by themselves: resource and redaction, which they would need, have more than ${MOST >> 10} KB`,
    );
  const left = HEAD + bytes.length > MOST ? new Uint8Array() : bytes;
  if (memory.byteLength < HEAD + left.length) memory.grow(HEAD + left.length);
  new Uint8Array(memory, HEAD).set(left);
  Atomics.store(new Int32Array(memory, 0, 1), 0, left.length);
}

/** What was left for this thread; undefined where nobody exports for it. */
export function leftForThisThread(): LeftForWorkers | undefined {
  const length = Atomics.load(new Int32Array(memory, 0, 1), 0);
  if (length === 0) return undefined;
  const telemetry = deserialize(new Uint8Array(memory, HEAD, length).slice()) as LeftForWorkers;
  return telemetry.thread === threadId ? undefined : telemetry;
}
