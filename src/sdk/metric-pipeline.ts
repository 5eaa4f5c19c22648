import { createNoopMeter, type MeterProvider } from "@opentelemetry/api";
import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { createRequire } from "node:module";
import { describe, report } from "../core/diagnostics.ts";
import type { Account } from "../export/account.ts";
import { ConsoleMetrics } from "../export/console-metrics.ts";
import { QueueingMetricExporter } from "../export/queueing-metric-exporter.ts";
import { CardinalityWatch } from "../metrics/cardinality-watch.ts";
import { NamesakeWatch } from "../metrics/namesake-watch.ts";
import { tallyOf } from "../metrics/tally.ts";
import { terminal } from "../export/terminal.ts";
import { deliveryQueue, foreignPipeline, type Pipeline, serviceOf, type Took, within } from "./pipeline.ts";
import { guardedReader } from "./guarded-reader.ts";
import { handOver } from "../threads/exporting-thread.ts";
import { watchedReader } from "./metric-reader.ts";
import { SelfMetrics } from "./self-metrics.ts";
import type { Settings } from "./settings.ts";

/** Between two collections of metrics, in ms.  (Specification: OTEL_METRIC_EXPORT_INTERVAL) */
const METRIC_INTERVAL = 60_000;

/** For one collection, in ms: it holds the process as long at its end, and there must be time left to send, also at a signal. */
const COLLECTION_TIMEOUT = 1_500;

export interface MetricPipeline extends Pipeline {
  readonly meterProvider: MeterProvider;
  /** What measures telemetry itself, where that is asked for. */
  readonly self?: SelfMetrics | undefined;
}

const NO_METRICS: MetricPipeline = {
  meterProvider: { getMeter: () => createNoopMeter() },
  flush: async () => {},
  close: async () => {},
};

/**
 * The official provider with our exporter, or another's with all that belongs to it. Without the package that records
 * metrics, as in a bundle that left it out, there are none, and the rest works.
 */
export function metricPipeline(settings: Settings, account: Account): MetricPipeline {
  if (settings.isDisabled || isForNobody(settings)) return NO_METRICS;
  if (settings.meterProvider !== undefined)
    return {
      meterProvider: settings.meterProvider,
      ...foreignPipeline(settings.meterProvider),
      self: selfMetricsIn(settings.meterProvider, settings),
    };
  if (settings.exportingThread !== undefined)
    return {
      ...NO_METRICS,
      meterProvider: settings.exportingThread.meterProvider,
      flush: async () => handOver(),
    };
  try {
    return sdkMetricPipeline(settings, account);
  } catch (thrown) {
    report("internal_error", `metrics cannot be recorded (${describe(thrown)})`);
    return NO_METRICS;
  }
}

/** Nobody reads, so nothing need be kept. */
function isForNobody({ metricsExporter, meterProvider, readers }: Settings): boolean {
  return metricsExporter === "none" && meterProvider === undefined && readers.length === 0;
}

function sdkMetricPipeline(settings: Settings, account: Account): MetricPipeline {
  // Synchronously, and only now: importing the package must load no SDK.
  const sdk = createRequire(import.meta.url)("@opentelemetry/sdk-metrics") as typeof SdkMetrics;
  const { metricsExporter, metrics, collection, resource, redactor } = settings;
  let took: Took | undefined;
  let collecting: ReturnType<SelfMetrics["reader"]> | undefined;
  const queue =
    metricsExporter === "otlp" ? deliveryQueue(metrics, account, (...sent) => took?.(...sent)) : undefined;
  const exporter =
    queue === undefined
      ? new ConsoleMetrics(serviceOf(resource), account, terminal())
      : new QueueingMetricExporter(resource, queue, account, collection);
  const { interval = METRIC_INTERVAL, timeout = COLLECTION_TIMEOUT } = collection;
  const own = {
    exporter,
    exportIntervalMillis: interval,
    // The reader refuses a longer one.
    exportTimeoutMillis: Math.min(timeout, interval),
  };
  const views = settings.views.filter((view, at) =>
    attempt(`views[${at}]`, () => new sdk.MeterProvider({ views: [view] })),
  );
  const watches = [new CardinalityWatch(views, redactor), new NamesakeWatch()];
  const given = settings.readers.map((reader, at) => guardedReader(sdk, `readers[${at}]`, reader, redactor));
  const ours =
    metricsExporter === "none"
      ? []
      : [
          watchedReader(
            sdk,
            own,
            watches,
            redactor,
            () => tallyOf(meterProvider),
            () => collecting?.(),
          ),
        ];
  const meterProvider: SdkMetrics.MeterProvider = new sdk.MeterProvider({
    resource,
    views,
    readers: [...given, ...ours],
  });
  const self = selfMetricsIn(meterProvider, settings);
  if (self !== undefined && queue !== undefined)
    took = self.exporter("metric_data_point", metrics, account, queue);
  if (self !== undefined) collecting = self.reader();
  return {
    meterProvider,
    self,
    flush: async (deadline) => {
      await within(deadline, () => meterProvider.forceFlush());
      await queue?.flush(deadline);
    },
    close: async (deadline) => {
      await within(deadline, () => meterProvider.shutdown());
      await queue?.close(deadline);
    },
  };
}

function selfMetricsIn(meterProvider: MeterProvider, { isSelfMeasured }: Settings): SelfMetrics | undefined {
  return isSelfMeasured ? new SelfMetrics(meterProvider) : undefined;
}

function attempt<Provider>(name: string, make: () => Provider): Provider | undefined {
  try {
    return make();
  } catch (thrown) {
    report("plugin_failed", `${name} of start() failed (${describe(thrown)}): left out`);
    return undefined;
  }
}
