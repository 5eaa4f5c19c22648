import type { SpanContext, TraceState } from "@opentelemetry/api";
import { SpanId, TraceId } from "../core/ids.ts";
import { SilentSpan, type SpanIdentity } from "./silent-span.ts";

/** A span of another process, as a carrier names it. Its ids, already checked, become words when a child is made. */
export class RemoteSpan extends SilentSpan implements SpanIdentity {
  readonly #context: SpanContext;
  #traceId: TraceId | undefined;
  #spanId: SpanId | undefined;

  constructor(traceId: string, spanId: string, traceFlags: number, traceState: TraceState | undefined) {
    super();
    this.#context = { traceId, spanId, traceFlags, isRemote: true };
    if (traceState !== undefined) this.#context.traceState = traceState;
  }

  get traceId(): TraceId {
    return (this.#traceId ??= TraceId.fromHex(this.#context.traceId));
  }

  get spanId(): SpanId {
    return (this.#spanId ??= SpanId.fromHex(this.#context.spanId));
  }

  get traceFlags(): number {
    return this.#context.traceFlags;
  }

  get inheritedState(): TraceState | undefined {
    return this.#context.traceState;
  }

  spanContext(): SpanContext {
    return this.#context;
  }
}
