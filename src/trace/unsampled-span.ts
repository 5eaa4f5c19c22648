import type { SpanContext, SpanKind, TraceState } from "@opentelemetry/api";
import { NonRecordingSpan } from "../context/non-recording-span.ts";
import { spanContextOf, type SpanIdentity } from "../context/span-identity.ts";
import type { SpanId, TraceId } from "../core/ids.ts";
import { runActive, type StartedSpan } from "./started-span.ts";

/**
 * A span that was not sampled: it records nothing, but has an id of its own that is passed on.  (Trace SDK: a new span
 * id, independently of the decision)
 */
export class UnsampledSpan extends NonRecordingSpan implements StartedSpan, SpanIdentity {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly traceFlags: number;
  readonly inheritedState: TraceState | undefined;
  private context: SpanContext | undefined;

  readonly kind: SpanKind;

  constructor(
    kind: SpanKind,
    traceId: TraceId,
    spanId: SpanId,
    traceFlags: number,
    traceState: TraceState | undefined,
  ) {
    super();
    this.kind = kind;
    this.traceId = traceId;
    this.spanId = spanId;
    this.traceFlags = traceFlags;
    this.inheritedState = traceState;
  }

  spanContext(): SpanContext {
    return (this.context ??= spanContextOf(this));
  }

  run<Arguments extends unknown[], Result>(fn: (...args: Arguments) => Result, ...args: Arguments): Result {
    return runActive(this, fn, args);
  }

  [Symbol.dispose](): void {}
}
