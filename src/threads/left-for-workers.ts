import type { Attributes } from "@opentelemetry/api";
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from "node:worker_threads";

import type { RedactionOptions } from "../core/redaction.ts";

/** What telemetry leaves for the workers of its process. */
export interface LeftForWorkers {
  /** The thread that exports. */
  readonly thread: number;
  readonly resource: Attributes;
  /** What is taken out of spans, which a worker makes ready to be sent. */
  readonly redact: false | RedactionOptions;
  /** Whether anybody is to be told at all; what is made is handed over. */
  readonly exporters: { readonly spans: "otlp" | "none"; readonly metrics: "otlp" | "none" };
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
