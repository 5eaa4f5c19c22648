import type { ReadableSpan } from "../trace/record.ts";

/** What became of an export, in the official SDK's terms: 0 is success. */
export interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

/** Takes ended spans away; the official SDK's exporters are such.  (Specification: Span Exporter) */
export interface SpanExporter {
  /**
   * Sends ended spans, at most 512, and calls `done` once, within 30 s. Never called again before that: exports do not
   * overlap. What it does itself is not traced. The array is the exporter's own; the spans are shared.
   */
  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void;
  /** Resolves when all that `export` was given is sent. */
  forceFlush?(): Promise<void>;
  /** Called once, after the last export. */
  shutdown(): Promise<void>;
}
