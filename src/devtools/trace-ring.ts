import type { DecodedSpan } from "../otlp/decoded.ts";
import { KeptTrace } from "./kept-trace.ts";
import { OldestFirst } from "./oldest-first.ts";

/** A trace as far as it has arrived, its spans in the order of arrival. */
export interface StoredTrace {
  readonly traceId: string;
  readonly spans: readonly DecodedSpan[];
}

/** Traces in the order of their first span, bounded in bytes: the oldest goes first, as a whole. */
export class TraceRing {
  readonly #traces = new Map<string, KeptTrace>();
  readonly #oldest = new OldestFirst(this.#traces);
  readonly #maxBytes: number;
  #bytes = 0;
  #spans = 0;
  #evictedTraces = 0;
  #evictedSpans = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get spans(): number {
    return this.#spans;
  }

  get evictedTraces(): number {
    return this.#evictedTraces;
  }

  /** Spans of evicted traces, and spans dropped from a trace that is bigger than the ring. */
  get evictedSpans(): number {
    return this.#evictedSpans;
  }

  put(span: DecodedSpan): void {
    let trace = this.#traces.get(span.traceId);
    if (trace === undefined) {
      trace = new KeptTrace();
      this.#traces.set(span.traceId, trace);
      this.#bytes += trace.bytes;
    }
    const kept = trace;
    this.#counting(kept, () => kept.put(span));
    while (this.#bytes > this.#maxBytes) this.#evict();
  }

  traces(): StoredTrace[] {
    return Array.from(this.#traces, ([traceId, trace]) => ({ traceId, spans: trace.spans() }));
  }

  trace(traceId: string): StoredTrace | undefined {
    const trace = this.#traces.get(traceId);
    return trace === undefined ? undefined : { traceId, spans: trace.spans() };
  }

  #evict(): void {
    const [only] = this.#traces.size === 1 ? this.#traces.values() : [];
    if (only !== undefined && only.size > 1) {
      this.#evictedSpans += 1;
      this.#counting(only, () => only.dropOldest());
      return;
    }
    const oldest = this.#oldest.take();
    if (oldest === undefined) return;
    const [, trace] = oldest;
    this.#bytes -= trace.bytes;
    this.#spans -= trace.size;
    this.#evictedTraces += 1;
    this.#evictedSpans += trace.size;
  }

  #counting(trace: KeptTrace, change: () => void): void {
    const { bytes, size } = trace;
    change();
    this.#bytes += trace.bytes - bytes;
    this.#spans += trace.size - size;
  }
}
