import type { MeterProvider } from "@opentelemetry/api";
import type { Batch } from "../export/batch-queue.ts";
import { offerToWorkers, withdrawOffer } from "../threads/offer.ts";
import { WorkerIntake } from "../threads/worker-intake.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Settings } from "./settings.ts";

/** The part of a telemetry that has to do with the other threads of its process. */
export interface AmongThreads {
  /** From now on nothing is taken any more. */
  withdraw(): void;
  end(): void;
}

/** In a worker it hands over what it has; elsewhere it takes what workers have. */
export function amongThreads(
  settings: Settings,
  { spans, logs }: Readonly<Record<"spans" | "logs", Pick<Pipeline, "cut" | "admit">>>,
  meterProvider: MeterProvider,
): AmongThreads {
  const { exportingThread, resource, redactor, tracesExporter, metricsExporter, logsExporter } = settings;
  if (exportingThread !== undefined) {
    const end = exportingThread.serve(() => {
      spans.cut?.();
      logs.cut?.();
    });
    return { withdraw: () => {}, end };
  }
  // What another SDK's provider makes of it is not for us to say.
  if (settings.tracerProvider !== undefined || settings.meterProvider !== undefined) return ALONE;
  const admit = {
    span: (batch: Batch) => spans.admit?.(batch),
    log: (batch: Batch) => logs.admit?.(batch),
  };
  const intake = new WorkerIntake(admit, meterProvider);
  offerToWorkers({
    resource: resource.attributes,
    redact: redactor?.options ?? false,
    wanted: {
      spans: tracesExporter !== "none",
      metrics: metricsExporter !== "none",
      logs: logsExporter !== "none",
    },
  });
  return { withdraw: withdrawOffer, end: () => intake.end() };
}

const ALONE: AmongThreads = { withdraw: () => {}, end: () => {} };
