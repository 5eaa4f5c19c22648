// Most of this is told by the compiler: what stands here compiles.
import type { LoggerProvider as OfficialLoggerProvider } from "@opentelemetry/api-logs";
import type { Resource as OfficialResource } from "@opentelemetry/resources";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator as OfficialIdGenerator,
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  RandomIdGenerator,
  type ReadableSpan as OfficialReadableSpan,
  type Sampler as OfficialSampler,
  type SamplingResult as OfficialResult,
  SimpleSpanProcessor,
  type SpanExporter as OfficialExporter,
  type SpanLimits as OfficialLimits,
  type SpanProcessor as OfficialProcessor,
  type TimedEvent as OfficialEvent,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import type { LoggerProvider as AnyLoggerProvider } from "../../src/context/providers.ts";
import type { IdGenerator } from "../../src/core/ids.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import type { LoggerProvider } from "../../src/logs/logger-provider.ts";
import type { ReadableSpan, Resource, TimedEvent } from "../../src/trace/record.ts";
import { parentBased } from "../../src/trace/parent-based.ts";
import { alwaysOn, type Sampler, type SamplingResult } from "../../src/trace/sampler.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { processor, stage } from "./stage.ts";

/** Compiles where a value of one type is one of the other. */
type Fits<Given extends Wanted, Wanted> = Given;

/**
 * A span without the fields that may be undefined in ours and must be absent in theirs: that is one type, but where
 * exactOptionalPropertyTypes is set, as here.
 */
type Loose<Span extends ReadableSpan | OfficialReadableSpan> = Omit<
  Span,
  "parentSpanContext" | "instrumentationScope"
> & { readonly instrumentationScope: Pick<Span["instrumentationScope"], "name"> };

/** What an official exporter is given. */
type ExportedSpan = Parameters<OfficialExporter["export"]>[0][number];

export type Both = [
  Fits<OfficialProcessor, SpanProcessor>,
  Fits<SpanProcessor, OfficialProcessor>,
  Fits<OfficialSampler, Sampler>,
  Fits<Sampler, OfficialSampler>,
  Fits<OfficialResult, SamplingResult>,
  Fits<SamplingResult, OfficialResult>,
  Fits<OfficialIdGenerator, IdGenerator>,
  Fits<IdGenerator, OfficialIdGenerator>,
  Fits<OfficialResource, Resource>,
  Fits<Resource, OfficialResource>,
  Fits<OfficialEvent, TimedEvent>,
  Fits<TimedEvent, OfficialEvent>,
  Fits<OfficialReadableSpan, ReadableSpan>,
  Fits<Loose<ReadableSpan>, Loose<OfficialReadableSpan>>,
  Fits<ExportedSpan, ReadableSpan>,
  Fits<Loose<ReadableSpan>, Loose<ExportedSpan>>,
  Fits<Limits, OfficialLimits>,
  Fits<LoggerProvider, OfficialLoggerProvider>,
  Fits<OfficialLoggerProvider, AnyLoggerProvider>,
];

describe("what a user makes for one SDK", () => {
  it("is for ours where it was made for the official one", () => {
    const exporter: OfficialExporter = new InMemorySpanExporter();
    const processors: SpanProcessor[] = [new BatchSpanProcessor(exporter), new SimpleSpanProcessor(exporter)];
    const samplers: Sampler[] = [
      new AlwaysOnSampler(),
      new ParentBasedSampler({ root: alwaysOn() }),
      new TraceIdRatioBasedSampler(1),
    ];
    const idGenerator: IdGenerator = new RandomIdGenerator();
    const resource: Resource = resourceFromAttributes({ key: "value" });
    for (const sampler of samplers) {
      const span = stage({ processors, sampler, idGenerator, resource }).start();
      expect([span.isRecording(), span.resource]).to.deep.equal([true, resource]);
    }
  });

  it("is for the official one where it was made for ours", () => {
    const seen: string[] = [];
    const noting: OfficialProcessor = processor({ onStart: (span) => void seen.push(span.name) });
    const sampler: OfficialSampler = parentBased({ root: alwaysOn() });
    const idGenerator: OfficialIdGenerator = {
      generateTraceId: () => "1".repeat(32),
      generateSpanId: () => "2".repeat(16),
      isRandom: false,
    } as IdGenerator;
    const spanLimits: OfficialLimits = { ...DEFAULT_LIMITS, attributeCountLimit: 1 };
    const provider = new NodeTracerProvider({ spanProcessors: [noting], sampler, idGenerator, spanLimits });
    const span = provider.getTracer("theirs").startSpan("span");
    expect(seen).to.deep.equal(["span"]);
    expect(span.spanContext().traceId).to.equal("1".repeat(32));
  });
});
