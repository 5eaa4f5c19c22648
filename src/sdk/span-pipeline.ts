import { ProxyTracerProvider, type TracerProvider as ApiTracerProvider } from "@opentelemetry/api";
import { type Deadline, halfOf } from "../core/deadline.ts";
import type { Account } from "../export/account.ts";
import type { BatchQueue } from "../export/batch-queue.ts";
import { ConsoleSpans } from "../export/console-spans.ts";
import { handedSpans } from "../export/handed-spans.ts";
import { ReadableSpanBatcher } from "../export/readable-span-batcher.ts";
import { RecordBatcher } from "../export/record-batcher.ts";
import { SPANS } from "../export/record-kind.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import { drainWorkers } from "../threads/worker-intake.ts";
import type { SpanSink } from "../trace/record.ts";
import { SpanCensus } from "../trace/span-census.ts";
import { TracerProvider } from "../trace/tracer-provider.ts";
import type { ExporterName } from "./environment.ts";
import { terminal } from "../export/terminal.ts";
import { batchQueue, foreignPipeline, handingOver, type Pipeline, serviceOf, within } from "./pipeline.ts";
import type { SelfMetrics } from "./self-metrics.ts";
import type { Settings } from "./settings.ts";

export interface SpanPipeline extends Pipeline {
  readonly tracerProvider: ApiTracerProvider;
}

/** Our own tracer provider and its exporter, or another's with all that belongs to it. */
export function spanPipeline(
  settings: Settings,
  account: Account,
  self: SelfMetrics | undefined,
): SpanPipeline {
  if (settings.isDisabled) return { ...NOWHERE, tracerProvider: new ProxyTracerProvider() };
  if (settings.tracerProvider !== undefined)
    return { tracerProvider: settings.tracerProvider, ...foreignPipeline(settings.tracerProvider) };
  const { tracesExporter, sampler, limits, idGenerator, resource } = settings;
  const sink = spanSink(tracesExporter, settings, account, self);
  const census = self && new SpanCensus();
  if (census !== undefined) self?.spans(census);
  const tracerProvider = new TracerProvider({
    sink,
    sampler,
    processors: settings.processors,
    limits,
    idGenerator,
    resource,
    keepsEnded: typeof tracesExporter !== "string",
    census,
    // What nobody sees need not be looked through.
    redactor: sink === NOWHERE && settings.processors.length === 0 ? undefined : settings.redactor,
  });
  // Processors go first, and must leave time to our exporter, if there is one.
  const own = (deadline: Deadline): Deadline => (sink === NOWHERE ? deadline : halfOf(deadline));
  return {
    tracerProvider,
    hurry: () => sink.hurry?.(),
    cut: () => sink.cut?.(),
    admit: (batch) => sink.admit?.(batch),
    flush: async (deadline) => {
      await within(own(deadline), () => tracerProvider.forceFlush());
      await sink.flush(deadline);
    },
    close: async (deadline) => {
      await within(own(deadline), () => tracerProvider.shutdown());
      await sink.close(deadline);
    },
  };
}

const NOWHERE: SpanSink & Pipeline = { accept: () => {}, flush: async () => {}, close: async () => {} };

function spanSink(
  exporter: ExporterName | SpanExporter,
  settings: Settings,
  account: Account,
  self: SelfMetrics | undefined,
): SpanSink & Pipeline {
  const { batch, resource } = settings;
  if (typeof exporter !== "string") return exporting(new ReadableSpanBatcher(exporter, account, batch));
  switch (exporter) {
    case "otlp":
      return handingOver(
        new RecordBatcher(SPANS, resource, spanQueue(settings, account, self), account, batch),
        settings.exportingThread,
      );
    case "console":
      return drawing(new ConsoleSpans(serviceOf(resource), account, terminal()));
    case "none":
      return NOWHERE;
  }
}

/** A trace is drawn as one, whichever threads it is of. */
function drawing(spans: ConsoleSpans): SpanSink & Pipeline {
  return {
    accept: (record) => {
      if (record.isParentRemote !== false) drainWorkers();
      spans.accept(record);
    },
    admit: (batch) => handedSpans(batch, { isOneProcess: true }).forEach((span) => spans.accept(span)),
    flush: () => spans.flush(),
    close: () => spans.close(),
  };
}

function spanQueue(
  { traces, batch, exportingThread }: Settings,
  account: Account,
  self: SelfMetrics | undefined,
): BatchQueue {
  return batchQueue("span", traces, batch, exportingThread, account, self);
}

function exporting(batcher: ReadableSpanBatcher): SpanSink & Pipeline {
  return {
    accept: (span) => batcher.accept(span),
    admit: (batch) => handedSpans(batch, { isOneProcess: false }).forEach((span) => batcher.accept(span)),
    hurry: () => batcher.hurry(),
    flush: (deadline) => within(deadline, () => batcher.flush()),
    close: async (deadline) => {
      await within(deadline, () => batcher.close());
      batcher.abandon();
    },
  };
}
