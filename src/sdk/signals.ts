import type { MeterProvider } from "@opentelemetry/api";
import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { createRequire } from "node:module";
import type { Deadline } from "../core/deadline.ts";
import { Account } from "../export/account.ts";
import { ConsoleMetrics } from "../export/console-metrics.ts";
import { ConsoleSpans, type Terminal } from "../export/console-spans.ts";
import { DeliveryQueue } from "../export/delivery-queue.ts";
import { httpTransport } from "../export/http-transport.ts";
import { QueueingMetricExporter } from "../export/metric-exporter.ts";
import { SpanBatcher } from "../export/span-batcher.ts";
import type { Resource } from "../resource/resource.ts";
import type { SpanSink } from "../trace/record.ts";
import { type Settings, signalUrl } from "./options.ts";

/** For one attempt to export, in ms.  (Specification: OTEL_EXPORTER_OTLP_TIMEOUT) */
const EXPORT_TIMEOUT = 10_000;

/** Between two collections of metrics, in ms.  (Specification: OTEL_METRIC_EXPORT_INTERVAL) */
const METRIC_INTERVAL = 60_000;

/** One signal's way out of the process. */
export interface Signal {
  readonly account: Account;
  flush(deadline: Deadline): Promise<void>;
  close(deadline: Deadline): Promise<void>;
}

export interface SpanSignal extends Signal {
  readonly sink: SpanSink;
}

export interface MetricSignal extends Signal {
  readonly meterProvider: MeterProvider;
}

export function spanSignal(settings: Settings, resource: Resource): SpanSignal {
  const account = new Account();
  const exporter = spanExporter(settings, resource, account);
  return {
    account,
    sink: exporter,
    flush: (deadline) => exporter.flush(deadline),
    close: (deadline) => exporter.close(deadline),
  };
}

function spanExporter(
  settings: Settings,
  resource: Resource,
  account: Account,
): SpanSink & Omit<Signal, "account"> {
  switch (settings.tracesExporter) {
    case "otlp":
      return new SpanBatcher(resource, deliveryQueue(settings, "traces", account), account);
    case "console":
      return new ConsoleSpans(serviceOf(resource), account, terminal());
    case "none":
      return { accept: () => {}, flush: async () => {}, close: async () => {} };
  }
}

export function metricSignal(settings: Settings, resource: Resource): MetricSignal {
  const account = new Account();
  const queue = settings.metricsExporter === "otlp" ? deliveryQueue(settings, "metrics", account) : undefined;
  // Synchronously, and only now: importing the package must load no SDK.
  const { MeterProvider, PeriodicExportingMetricReader } = createRequire(import.meta.url)(
    "@opentelemetry/sdk-metrics",
  ) as typeof SdkMetrics;
  if (settings.metricsExporter === "none") {
    const meterProvider = new MeterProvider();
    return { account, meterProvider, flush: async () => {}, close: () => meterProvider.shutdown() };
  }
  const exporter =
    queue === undefined
      ? new ConsoleMetrics(serviceOf(resource), account, terminal())
      : new QueueingMetricExporter(resource, queue, account);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: METRIC_INTERVAL });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    account,
    meterProvider,
    flush: async (deadline) => {
      await reader.forceFlush();
      await queue?.flush(deadline);
    },
    close: async (deadline) => {
      await meterProvider.shutdown();
      await queue?.close(deadline);
    },
  };
}

function deliveryQueue(
  { endpoint, headers }: Settings,
  name: "traces" | "metrics",
  account: Account,
): DeliveryQueue {
  const url = signalUrl(endpoint, name);
  return new DeliveryQueue(
    httpTransport({ url, headers, timeout: EXPORT_TIMEOUT }),
    account,
    endpoint.origin,
  );
}

function serviceOf(resource: Resource): string {
  return String(resource.attributes["service.name"]);
}

/** The terminal that the console exporters draw on; 80 columns and no colors where stdout is none. */
function terminal(): Terminal {
  return {
    width: process.stdout.columns ?? 80,
    color: process.stdout.isTTY && process.stdout.hasColors(),
    print: (text) => void process.stdout.write(`${text}\n`),
  };
}
