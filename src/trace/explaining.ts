import type { Context } from "@opentelemetry/api";
import type { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { processWide } from "../core/process-wide.ts";

/** What of a span is looked at. */
export interface WatchedSpan {
  readonly name: string;
  readonly traceId: TraceId;
  readonly parentSpanId: SpanId | undefined;
  readonly instrumentationScope: InstrumentationScope;
}

/** Who is told of each recording span of ours, while `explain()` is on. Never throws. */
export interface SpanWatch {
  /** @param context where the span's parent was looked for; undefined where it was to have none */
  started(span: WatchedSpan, context: Context | undefined): void;
  ended(span: WatchedSpan): void;
  /** Tells of those that are open still. */
  close(): void;
}

/** For the spans of all copies of this package. */
export const explaining: { watch: SpanWatch | undefined; users: number } = processWide("explaining", () => ({
  watch: undefined,
  users: 0,
}));
