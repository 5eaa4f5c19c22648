import { MessagePort } from "node:worker_threads";
import type { Batch } from "../export/batch-queue.ts";
import type { HandedMeasurements } from "../metrics/handed-measurements.ts";

/** Under this name: symbols do not reach another thread. */
const HELLO = "throughline.1.hello";

/** What a worker tells the thread that exports for it: the other end of its channel, and how much is on the way. */
export interface Hello {
  /** Of the worker. */
  readonly thread: number;
  readonly port: MessagePort;
  /** One number, of bytes, that both threads see. */
  readonly onTheWay: Int32Array<SharedArrayBuffer>;
}

export function asMessage(hello: Hello): object {
  return { [HELLO]: hello };
}

/** Undefined for what others send to this thread. */
export function helloIn(message: unknown): Hello | undefined {
  try {
    const hello = (message as { readonly [HELLO]?: Hello } | null | undefined)?.[HELLO];
    const isHello = hello?.port instanceof MessagePort && hello.onTheWay instanceof Int32Array;
    return isHello ? hello : undefined;
  } catch {
    return undefined;
  }
}

/** Of what a worker has encoded. */
export type HandedItem = "span" | "log";

/** What a worker hands over: encoded spans or log records, or what it has measured. Sizes are in bytes, about. */
export type Handed =
  | ({ readonly kind: HandedItem; readonly size: number } & Batch)
  | ({ readonly kind: "measurements"; readonly size: number } & HandedMeasurements);
