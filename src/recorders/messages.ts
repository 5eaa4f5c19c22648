import type { MessagePort } from "node:worker_threads";
import type { MetricSnapshot, MetricSnapshots } from "./metric.ts";

/** The worker's data holds its end of the channel under this name, by which a recorder there knows its loop. */
export const CHANNEL = "throughline.1.recorders";

/** From a recorder to the one of the same name in the worker; in this order, with any number of events. */
export type Request =
  | { readonly kind: "start"; readonly name: string }
  | { readonly kind: "events"; readonly name: string; readonly events: readonly object[] }
  | { readonly kind: "stop"; readonly name: string };

/** What became of an event: handled, not handled, or what a metric threw, as a text. */
export type Answer = boolean | string;

/** After a slice of events, a start or a stop: answers in the order of the events, with snapshots that include them. */
export interface Progress {
  readonly kind: "progress";
  readonly name: string;
  readonly answers: readonly Answer[];
  readonly snapshots: MetricSnapshots;
  /** How often metrics failed since the last one, and one of these failures in a sentence. */
  readonly failures: number;
  readonly failure: string;
  /** What it has done, as it was asked: counted some events, started, or counted all. */
  readonly act: "counted" | "started" | "stopped";
}

/** The worker has no such recorder, or it has stopped there. */
export interface Lost {
  readonly kind: "lost";
  readonly name: string;
  readonly why: string;
}

export type Reply = Progress | Lost;

/** Undefined where it is none: the worker's module could post anything, too. */
export function replyOf(message: unknown): Reply | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const { kind, name, why } = message as Partial<Lost>;
  if (typeof name !== "string") return undefined;
  const isReply = kind === "lost" ? typeof why === "string" : isProgress(message);
  return isReply ? (message as Reply) : undefined;
}

const ACTS: ReadonlySet<unknown> = new Set(["counted", "started", "stopped"]);

function isProgress(message: object): boolean {
  const { kind, answers, snapshots, failures, failure, act } = message as Partial<Progress>;
  return (
    kind === "progress" &&
    Array.isArray(answers) &&
    answers.every((answer) => typeof answer === "boolean" || typeof answer === "string") &&
    isSnapshots(snapshots) &&
    Number.isSafeInteger(failures) &&
    Number(failures) >= 0 &&
    typeof failure === "string" &&
    ACTS.has(act)
  );
}

function isSnapshots(value: unknown): value is MetricSnapshots {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((snapshot: Partial<MetricSnapshot> | null) => {
    const { name, dimensions } = snapshot ?? {};
    return typeof name === "string" && typeof dimensions === "object" && dimensions !== null;
  });
}

/** Throws where the message cannot be copied; where nobody hears it any more, nothing happens. */
export function post(port: MessagePort, message: Request | Reply): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
  port.postMessage(message);
}
