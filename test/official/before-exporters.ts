import { context as contextApi, type Tracer } from "@opentelemetry/api";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { SamplingDecision } from "../../src/trace/sampler.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { stage } from "./stage.ts";

type Export = SpanExporter["export"];
export type Answer = Parameters<Export>[1];

/** An exporter that notes the batches that it gets, and answers as told; else that it took them. */
export function noting(answer: (done: Answer, batch: number) => void = (done) => done({ code: 0 })) {
  const batches: ReadableSpan[][] = [];
  const calls: string[] = [];
  const exporter: SpanExporter = {
    export: (spans, done) => {
      batches.push([...spans]);
      answer(done, batches.length);
    },
    forceFlush: async () => void calls.push("forceFlush"),
    shutdown: async () => void calls.push("shutdown"),
  };
  return { exporter, batches, calls, sizes: () => batches.map(({ length }) => length) };
}

/** Waits for a condition, however slow the machine is; the test's time-out ends what never comes. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

export const FAILED = { code: 1, error: new Error("failed on purpose") };

/** Ends so many spans of ours before a processor. */
export function end(count: number, before: SpanProcessor, resource?: Resource): ReturnType<typeof stage> {
  const staged = stage({ processors: [before], resource });
  for (let each = 0; each < count; each++) staged.start().end();
  return staged;
}

/** Ends a span that is recorded and not sampled. */
export function endUnsampled(before: SpanProcessor): void {
  const sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD }) };
  const { start, ended } = stage({ processors: [before], sampler });
  start().end();
  expect(ended).to.have.lengthOf(1);
}

export const lateResource = (): Resource => resourceFromAttributes({ late: sleep(5).then(() => "here") });

/** What an exporter finds that makes a span, by a tracer of ours, as it exports. */
export async function spansMadeInExport(make: (exporter: SpanExporter) => SpanProcessor): Promise<boolean[]> {
  contextApi.disable();
  contextApi.setGlobalContextManager(new ThroughlineContextManager());
  try {
    const recording: boolean[] = [];
    const tracer: Tracer = stage().provider.getTracer("exporter");
    const { exporter } = noting((done) => {
      recording.push(tracer.startSpan("export").isRecording());
      done({ code: 0 });
    });
    await end(1, make(exporter)).provider.forceFlush();
    return recording;
  } finally {
    contextApi.disable();
  }
}
