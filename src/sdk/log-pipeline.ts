import type { LoggerProvider as AnyLoggerProvider } from "../context/providers.ts";
import type { Account } from "../export/account.ts";
import { ConsoleLogs } from "../export/console-logs.ts";
import { RecordBatcher } from "../export/record-batcher.ts";
import { LOGS } from "../export/record-kind.ts";
import { terminal } from "../export/terminal.ts";
import { LoggerProvider } from "../logs/logger-provider.ts";
import type { LogSink } from "../logs/record.ts";
import { batchQueue, handingOver, type Pipeline, serviceOf } from "./pipeline.ts";
import type { SelfMetrics } from "./self-metrics.ts";
import type { Settings } from "./settings.ts";

export interface LogPipeline extends Pipeline {
  /** Undefined where records are for nobody. */
  readonly loggerProvider?: AnyLoggerProvider;
}

const NO_LOGS: LogPipeline = { flush: async () => {}, close: async () => {} };

export function logPipeline(
  settings: Settings,
  account: Account,
  self: SelfMetrics | undefined,
): LogPipeline {
  const sink = logSink(settings, account, self);
  if (sink === undefined) return NO_LOGS;
  self?.logs(account);
  return {
    loggerProvider: new LoggerProvider({ sink, limits: settings.logLimits, redactor: settings.redactor }),
    admit: (batch) => sink.admit?.(batch),
    cut: () => sink.cut?.(),
    hurry: () => sink.hurry?.(),
    flush: (deadline) => sink.flush(deadline),
    close: (deadline) => sink.close(deadline),
  };
}

function logSink(
  settings: Settings,
  account: Account,
  self: SelfMetrics | undefined,
): (LogSink & Pipeline) | undefined {
  const { isDisabled, logsExporter, logs, logBatch, exportingThread, resource } = settings;
  if (isDisabled || logsExporter === "none") return undefined;
  if (logsExporter === "console") return new ConsoleLogs(serviceOf(resource), account, terminal());
  const queue = batchQueue("log", logs, logBatch, exportingThread, account, self);
  return handingOver(new RecordBatcher(LOGS, resource, queue, account, logBatch), exportingThread);
}
