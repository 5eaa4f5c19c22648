import {
  createNoopMeter,
  type MeterProvider,
  ProxyTracerProvider,
  type TracerProvider as ApiTracerProvider,
} from "@opentelemetry/api";
import type * as SdkMetrics from "@opentelemetry/sdk-metrics";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { runSuppressed } from "../context/suppression.ts";
import type { Deadline } from "../core/deadline.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { Account } from "../export/account.ts";
import { ConsoleMetrics } from "../export/console-metrics.ts";
import { ConsoleSpans } from "../export/console-spans.ts";
import { DeliveryQueue } from "../export/delivery-queue.ts";
import { httpTransport } from "../export/http-transport.ts";
import { QueueingMetricExporter } from "../export/metric-exporter.ts";
import { ReadableSpanBatcher } from "../export/readable-span-batcher.ts";
import { SpanBatcher } from "../export/span-batcher.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import type { Terminal } from "../export/terminal.ts";
import type { Resource, ServiceResource } from "../resource/resource.ts";
import type { SpanSink } from "../trace/record.ts";
import { TracerProvider } from "../trace/tracer-provider.ts";
import type { ExporterName } from "./environment.ts";
import type { Settings } from "./settings.ts";
import type { OtlpSettings } from "./otlp-settings.ts";

/** Between two collections of metrics, in ms.  (Specification: OTEL_METRIC_EXPORT_INTERVAL) */
const METRIC_INTERVAL = 60_000;

/** For one collection, in ms: as long as a flush may take, for it holds the process as long. */
const COLLECTION_TIMEOUT = 5_000;

/** One signal's way out of the process. */
export interface Pipeline {
  /** Told as the process is asked to end: what comes afterwards leaves at once. */
  hurry?(): void;
  flush(deadline: Deadline): Promise<void>;
  close(deadline: Deadline): Promise<void>;
}

export interface SpanPipeline extends Pipeline {
  readonly tracerProvider: ApiTracerProvider;
}

export interface MetricPipeline extends Pipeline {
  readonly meterProvider: MeterProvider;
}

/** Our own tracer provider and its exporter, or another's with all that belongs to it. */
export function spanPipeline(settings: Settings, resource: ServiceResource, account: Account): SpanPipeline {
  if (settings.isDisabled) return { ...NOWHERE, tracerProvider: new ProxyTracerProvider() };
  if (settings.tracerProvider !== undefined) return foreignSpanPipeline(settings.tracerProvider);
  const { tracesExporter, sampler, limits, idGenerator } = settings;
  const sink = spanSink(tracesExporter, settings, resource, account);
  const tracerProvider = new TracerProvider({
    sink,
    sampler,
    processors: settings.processors,
    limits,
    idGenerator,
    resource,
    keepsEnded: typeof tracesExporter === "object",
  });
  return {
    tracerProvider,
    hurry: () => sink.hurry?.(),
    flush: async (deadline) => {
      await within(deadline, () => tracerProvider.forceFlush());
      await sink.flush(deadline);
    },
    close: async (deadline) => {
      await within(deadline, () => tracerProvider.shutdown());
      await sink.close(deadline);
    },
  };
}

const NOWHERE: SpanSink & Pipeline = { accept: () => {}, flush: async () => {}, close: async () => {} };

function spanSink(
  exporter: ExporterName | SpanExporter,
  settings: Settings,
  resource: Resource,
  account: Account,
): SpanSink & Pipeline {
  const { batch } = settings;
  if (typeof exporter === "object") return exporting(new ReadableSpanBatcher(exporter, account, batch));
  switch (exporter) {
    case "otlp":
      return new SpanBatcher(resource, deliveryQueue(tracesTarget(settings), account), account, batch);
    case "console":
      return new ConsoleSpans(serviceOf(resource), account, terminal());
    case "none":
      return NOWHERE;
  }
}

/** An attempt ends at the nearer of the time-outs of exporter and batching. */
function tracesTarget({ traces, batch }: Settings): OtlpSettings {
  return { ...traces, timeout: Math.min(traces.timeout, batch.exportTimeout ?? Infinity) };
}

function exporting(batcher: ReadableSpanBatcher): SpanSink & Pipeline {
  return {
    accept: (span) => batcher.accept(span),
    hurry: () => batcher.hurry(),
    flush: (deadline) => within(deadline, () => batcher.flush()),
    close: (deadline) => within(deadline, () => batcher.close()),
  };
}

/** What a tracer provider of the official SDK has beside the API's. */
interface Closable {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

function foreignSpanPipeline(tracerProvider: ApiTracerProvider & Closable): SpanPipeline {
  return {
    tracerProvider,
    flush: (deadline) => within(deadline, () => tracerProvider.forceFlush?.()),
    close: (deadline) => within(deadline, () => tracerProvider.shutdown?.()),
  };
}

const NO_METRICS: MetricPipeline = {
  meterProvider: { getMeter: () => createNoopMeter() },
  flush: async () => {},
  close: async () => {},
};

/** Without the package that records metrics, as in a bundle that left it out, there are none, and the rest works. */
export function metricPipeline(settings: Settings, resource: Resource, account: Account): MetricPipeline {
  if (settings.isDisabled) return NO_METRICS;
  try {
    return sdkMetricPipeline(settings, resource, account);
  } catch (thrown) {
    report("internal_error", `metrics cannot be recorded (${describe(thrown)})`);
    return NO_METRICS;
  }
}

function sdkMetricPipeline(settings: Settings, resource: Resource, account: Account): MetricPipeline {
  // Synchronously, and only now: importing the package must load no SDK.
  const { MeterProvider: SdkMeterProvider, PeriodicExportingMetricReader } = createRequire(import.meta.url)(
    "@opentelemetry/sdk-metrics",
  ) as typeof SdkMetrics;
  if (settings.metricsExporter === "none") {
    return { meterProvider: new SdkMeterProvider(), flush: async () => {}, close: async () => {} };
  }
  const { interval = METRIC_INTERVAL, timeout = COLLECTION_TIMEOUT } = settings.collection;
  const queue = settings.metricsExporter === "otlp" ? deliveryQueue(settings.metrics, account) : undefined;
  const exporter =
    queue === undefined
      ? new ConsoleMetrics(serviceOf(resource), account, terminal())
      : new QueueingMetricExporter(resource, queue, account, settings.collection);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: interval,
    // The reader refuses a longer one.
    exportTimeoutMillis: Math.min(timeout, interval),
  });
  const meterProvider = new SdkMeterProvider({ readers: [reader] });
  return {
    meterProvider,
    flush: async (deadline) => {
      await within(deadline, () => reader.forceFlush());
      await queue?.flush(deadline);
    },
    close: async (deadline) => {
      await within(deadline, () => meterProvider.shutdown());
      await queue?.close(deadline);
    },
  };
}

/** What others do ends by the deadline for us, whatever becomes of it, and is not traced. */
async function within(deadline: Deadline, work: () => Promise<void> | undefined): Promise<void> {
  const timer = new AbortController();
  const late = sleep(deadline.left(), undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([runSuppressed(async () => work()).catch(reportFailure), late]);
  timer.abort();
}

function reportFailure(thrown: unknown): void {
  report("plugin_failed", `another SDK's part failed to flush or shut down (${describe(thrown)})`);
}

function deliveryQueue(target: OtlpSettings, account: Account): DeliveryQueue {
  const { origin, pathname } = target.url;
  return new DeliveryQueue(httpTransport(target), account, `${origin}${pathname}`);
}

function serviceOf(resource: Resource): string {
  return String(resource.attributes["service.name"]);
}

const ignore = (): void => {};

/** The terminal that the console exporters draw on; 80 columns and no colors where stdout is none. */
function terminal(): Terminal {
  const { stdout } = process;
  return {
    width: stdout.columns ?? 80,
    color: stdout.isTTY && stdout.hasColors(),
    print: (text) => {
      // A reader that has gone, as of `node app.js | head`, must not end a program that prints nothing itself; what
      // the program prints is its own affair, so the listener goes with our text.
      stdout.on("error", ignore);
      stdout.write(`${text}\n`, () => void setImmediate(() => stdout.off("error", ignore)));
    },
  };
}
