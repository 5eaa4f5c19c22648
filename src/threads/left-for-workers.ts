import type { Attributes } from "@opentelemetry/api";
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from "node:worker_threads";

/** What telemetry leaves for the workers of its process. */
export interface LeftForWorkers {
  /** The thread that exports. */
  readonly thread: number;
  readonly resource: Attributes;
  /** Whether anybody is to be told at all; what is made is handed over. */
  readonly exporters: Readonly<Record<"spans" | "metrics" | "logs", "otlp" | "none">>;
}

const KEY = "throughline.1.left-for-workers";

/** For all workers that are created from now on. */
export function leaveForWorkers(left: LeftForWorkers | undefined): void {
  setEnvironmentData(KEY, left);
}

/** What was left for this thread; undefined where nobody exports for it. */
export function leftForThisThread(): LeftForWorkers | undefined {
  if (isMainThread) return undefined;
  const left = getEnvironmentData(KEY) as LeftForWorkers | undefined;
  return left?.thread === threadId ? undefined : left;
}
