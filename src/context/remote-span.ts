import type { SpanContext, TraceState } from "@opentelemetry/api";
import { SpanId, TraceId } from "../core/ids.ts";
import { NonRecordingSpan } from "./non-recording-span.ts";
import type { SpanIdentity } from "./span-identity.ts";

/** A span of another process, as a carrier names it. Its ids, already checked, become words when a child is made. */
export class RemoteSpan extends NonRecordingSpan implements SpanIdentity {
  readonly traceFlags: number;
  readonly inheritedState: TraceState | undefined;
  readonly #trace: string;
  readonly #span: string;
  #traceId: TraceId | undefined;
  #spanId: SpanId | undefined;
  #context: SpanContext | undefined;

  constructor(traceId: string, spanId: string, traceFlags: number, traceState: TraceState | undefined) {
    super();
    this.#trace = traceId;
    this.#span = spanId;
    this.traceFlags = traceFlags;
    this.inheritedState = traceState;
  }

  get traceId(): TraceId {
    return (this.#traceId ??= TraceId.fromHex(this.#trace));
  }

  get spanId(): SpanId {
    return (this.#spanId ??= SpanId.fromHex(this.#span));
  }

  spanContext(): SpanContext {
    if (this.#context === undefined) {
      this.#context = {
        traceId: this.#trace,
        spanId: this.#span,
        traceFlags: this.traceFlags,
        isRemote: true,
      };
      if (this.inheritedState !== undefined) this.#context.traceState = this.inheritedState;
    }
    return this.#context;
  }
}
