import type { Attributes } from "@opentelemetry/api";
import { deserialize, serialize } from "node:v8";
import { getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";
import { report } from "../core/diagnostics.ts";
import type { RedactionOptions } from "../core/redaction.ts";

/** What telemetry offers to the workers of its process: to export for them, and what they need for that. */
export interface Offer {
  /** The thread that exports. */
  readonly thread: number;
  /** Another for each offer; 0 is none. */
  readonly generation: number;
  readonly resource: Attributes;
  /** What is taken out of spans and log records, which a worker makes ready to be sent. */
  readonly redact: false | RedactionOptions;
  /** What is exported at all. */
  readonly wanted: Readonly<Record<"spans" | "metrics" | "logs", boolean>>;
}

const KEY = "throughline.1.offer";

/** Of an offer, in bytes: a resource with long attributes is a few thousand. */
const MOST = 256 * 1024;

/** Newer than the types that this is compiled against.  (ECMAScript 2024: SharedArrayBuffer) */
interface SharedMemory extends SharedArrayBuffer {
  grow(length: number): void;
}

/** Three numbers stand before an offer: its length, its generation, and the thread that may make one. */
const [LENGTH, GENERATION, OWNER] = [0, 1, 2];
const HEAD = 12;

/**
 * Memory that all threads share, there from the import on: a pool that a module makes before `start()` is called has its
 * workers read in it as they come to work.
 */
const memory: SharedMemory = inherited() ?? ofOwn();
const head = new Int32Array(memory, 0, HEAD / 4);

function inherited(): SharedMemory | undefined {
  const data: unknown = getEnvironmentData(KEY);
  return data instanceof SharedArrayBuffer ? (data as SharedMemory) : undefined;
}

function ofOwn(): SharedMemory {
  const Shared = SharedArrayBuffer as unknown as new (length: number, options: object) => SharedMemory;
  const own = new Shared(HEAD, { maxByteLength: MOST });
  new Int32Array(own)[OWNER] = threadId;
  setEnvironmentData(KEY, own);
  return own;
}

/** Whether this is the thread that may export for others: the first that has imported this package. */
function isOwner(): boolean {
  return head[OWNER] === threadId;
}

/** To all workers, but those that were created before this package was imported. A worker makes none beside that of its process. */
export function offerToWorkers(offer: Omit<Offer, "thread" | "generation">): void {
  if (!isOwner()) return;
  const bytes = serialize(offer);
  if (HEAD + bytes.length > MOST) {
    report(
      "limit_reached",
      `workers have no telemetry unless they call start() with an exporter: resource and redaction, which they would need, have more than ${MOST >> 10} KB`,
    );
    return withdrawOffer();
  }
  if (memory.byteLength < HEAD + bytes.length) memory.grow(HEAD + bytes.length);
  new Uint8Array(memory, HEAD).set(bytes);
  publish(bytes.length);
}

/** Workers that have taken it hand nothing over any more. */
export function withdrawOffer(): void {
  if (isOwner()) publish(0);
}

function publish(length: number): void {
  Atomics.add(head, GENERATION, 1);
  Atomics.store(head, LENGTH, length);
}

/** HOT. Which offer stands for this thread; 0 for none. */
export function offerGeneration(): number {
  return isOwner() || Atomics.load(head, LENGTH) === 0 ? 0 : Atomics.load(head, GENERATION);
}

/** Undefined where nobody exports for this thread. */
export function offerToThisThread(): Offer | undefined {
  const generation = offerGeneration();
  if (generation === 0) return undefined;
  try {
    const bytes = new Uint8Array(memory, HEAD, Atomics.load(head, LENGTH)).slice();
    const offer = deserialize(bytes) as Omit<Offer, "thread" | "generation">;
    return { ...offer, thread: Number(head[OWNER]), generation };
  } catch {
    // Its owner has begun to write another one.
    return undefined;
  }
}
