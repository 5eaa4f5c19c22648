import { threadId } from "node:worker_threads";
import type { MeterProvider } from "@opentelemetry/api";
import type { Batch } from "../export/batch-queue.ts";
import { leaveForWorkers } from "../threads/left-for-workers.ts";
import { WorkerIntake } from "../threads/worker-intake.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Settings } from "./settings.ts";

/** The part of a telemetry that has to do with the other threads of its process. */
export interface AmongThreads {
  /** Workers that are created from now on are on their own. */
  leave(): void;
  end(): void;
}

/** In a worker it hands over what it has; elsewhere it takes what workers have. */
export function amongThreads(
  settings: Settings,
  { spans, logs }: Readonly<Record<"spans" | "logs", Pick<Pipeline, "cut" | "admit">>>,
  meterProvider: MeterProvider,
): AmongThreads {
  const { parentThread, resource, redactor, tracesExporter, metricsExporter, logsExporter } = settings;
  if (parentThread !== undefined) {
    const end = parentThread.serve(() => {
      spans.cut?.();
      logs.cut?.();
    });
    return { leave: () => {}, end };
  }
  // What another SDK's provider makes of it is not for us to say.
  if (settings.tracerProvider !== undefined || settings.meterProvider !== undefined) return ALONE;
  const admit = {
    span: (batch: Batch) => spans.admit?.(batch),
    log: (batch: Batch) => logs.admit?.(batch),
  };
  const intake = new WorkerIntake(admit, meterProvider);
  leaveForWorkers({
    thread: threadId,
    resource: resource.attributes,
    redact: redactor?.options ?? false,
    exporters: {
      spans: tracesExporter === "none" ? "none" : "otlp",
      metrics: metricsExporter === "none" ? "none" : "otlp",
      logs: logsExporter === "none" ? "none" : "otlp",
    },
  });
  return { leave: () => leaveForWorkers(undefined), end: () => intake.end() };
}

const ALONE: AmongThreads = { leave: () => {}, end: () => {} };
