import type { Context, Span } from "@opentelemetry/api";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import type { ReadableSpan } from "./record.ts";

/**
 * Sees every recorded span as it starts and ends; the official SDK's processors are such.  (Specification: Span
 * Processor)
 */
export interface SpanProcessor {
  /** The span has its name, attributes and links; where its operation runs, and synchronously. */
  onStart(span: Span & ReadableSpan, parentContext: Context): void;
  /** The end is known, and the span can still be changed, synchronously. */
  onEnding?(span: Span & ReadableSpan): void;
  /** The span has ended, and is exported next. */
  onEnd(span: ReadableSpan): void;
  /** Resolves when all that has ended is handled; who asks waits until its own deadline. */
  forceFlush(): Promise<void>;
  /** The same, once; nothing is called afterwards. */
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

  /** What a processor does to send is not to be traced. */
  async #all(act: (processor: SpanProcessor) => Promise<void>): Promise<void> {
    const done = this.#processors.map((processor) => runSuppressed(async () => act(processor)));
    await Promise.all(done.map((each) => each.catch(reportFailure)));
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
