import type { Context, Span } from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "./guarded.ts";
import type { ReadableSpan } from "./record.ts";

/**
 * Sees every recorded span as it starts and ends; the official SDK's processors are such.  (Specification: Span
 * Processor)
 */
export interface SpanProcessor {
  onStart(span: Span & ReadableSpan, parentContext: Context): void;
  /** The end is known, and the span can still be changed. */
  onEnding?(span: Span & ReadableSpan): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** All processors in the order of their registration; one that throws is reported and costs nobody else anything. */
export class SpanProcessors {
  #processors: readonly SpanProcessor[];

  constructor(processors: readonly SpanProcessor[]) {
    this.#processors = processors;
  }

  onStart(span: Span & ReadableSpan, parentContext: Context): void {
    for (const processor of this.#processors) guarded(() => processor.onStart(span, parentContext));
  }

  onEnding(span: Span & ReadableSpan): void {
    for (const processor of this.#processors) guarded(() => processor.onEnding?.(span));
  }

  onEnd(span: ReadableSpan): void {
    for (const processor of this.#processors) guarded(() => processor.onEnd(span));
  }

  forceFlush(): Promise<void> {
    return this.#all((processor) => processor.forceFlush());
  }

  async shutdown(): Promise<void> {
    const done = this.#all((processor) => processor.shutdown());
    this.#processors = [];
    await done;
  }

  async #all(act: (processor: SpanProcessor) => Promise<void>): Promise<void> {
    await Promise.all(
      this.#processors.map(async (processor) => act(processor)).map((done) => done.catch(reportFailure)),
    );
  }
}

function guarded(act: () => unknown): void {
  try {
    ignoreRejection(act(), reportFailure);
  } catch (thrown) {
    reportFailure(thrown);
  }
}

function reportFailure(thrown: unknown): void {
  report("plugin_failed", `a span processor failed (${describe(thrown)})`);
}
