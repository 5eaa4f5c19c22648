import type { ReadableSpan } from "../trace/record.ts";

/** What became of an export, in the official SDK's terms: 0 is success. */
export interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

/** Takes ended spans away; the official SDK's exporters are such.  (Specification: Span Exporter) */
export interface SpanExporter {
  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}
