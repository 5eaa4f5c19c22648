import { ProxyTracerProvider, type TracerProvider as ApiTracerProvider } from "@opentelemetry/api";
import { type Deadline, halfOf } from "../core/deadline.ts";
import type { Account } from "../export/account.ts";
import { ConsoleSpans } from "../export/console-spans.ts";
import { ReadableSpanBatcher } from "../export/readable-span-batcher.ts";
import { RecordBatcher } from "../export/record-batcher.ts";
import { SPANS } from "../export/record-kind.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import type { SpanSink } from "../trace/record.ts";
import { SpanCensus } from "../trace/span-census.ts";
import { TracerProvider } from "../trace/tracer-provider.ts";
import type { ExporterName } from "./environment.ts";
import { terminal } from "../export/terminal.ts";
import { batchQueue, foreignPipeline, type Pipeline, serviceOf, within } from "./pipeline.ts";
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
  });
  // Processors go first, and must leave time to our exporter, if there is one.
  const own = (deadline: Deadline): Deadline => (sink === NOWHERE ? deadline : halfOf(deadline));
  return {
    tracerProvider,
    hurry: () => sink.hurry?.(),
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
      return new RecordBatcher(
        SPANS,
        resource,
        batchQueue("span", settings.traces, batch, account, self),
        account,
        batch,
      );
    case "console":
      return new ConsoleSpans(serviceOf(resource), account, terminal());
    case "none":
      return NOWHERE;
  }
}

function exporting(batcher: ReadableSpanBatcher): SpanSink & Pipeline {
  return {
    accept: (span) => batcher.accept(span),
    hurry: () => batcher.hurry(),
    flush: (deadline) => within(deadline, () => batcher.flush()),
    close: async (deadline) => {
      await within(deadline, () => batcher.close());
      batcher.abandon();
    },
  };
}
