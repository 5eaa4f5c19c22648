import type { DecodedSpan } from "../otlp/decoded.ts";
import {
  instrumentationScopeFootprint,
  spanFootprint,
  TRACE_FOOTPRINT,
  valueFootprint,
} from "./footprint.ts";

interface Shared {
  readonly bytes: number;
  uses: number;
}

/**
 * The spans of one trace by span id, with the bytes they take. A resource or instrumentation scope that spans
 * share is counted once for each trace: too much where traces share it, never too little.
 */
export class KeptTrace {
  readonly #spans = new Map<string, { readonly span: DecodedSpan; readonly bytes: number }>();
  readonly #shared = new Map<object, Shared>();
  #bytes = TRACE_FOOTPRINT;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#spans.size;
  }

  spans(): DecodedSpan[] {
    return Array.from(this.#spans.values(), ({ span }) => span);
  }

  /** Keeps a span, in place of the one with its id if there is one. */
  put(span: DecodedSpan): void {
    this.#remove(span.spanId);
    const bytes = spanFootprint(span);
    this.#spans.set(span.spanId, { span, bytes });
    this.#bytes += bytes;
    this.#share(span.resource, () => valueFootprint(span.resource));
    this.#share(span.scope, () => instrumentationScopeFootprint(span.scope));
  }

  /** Lets go of the span that arrived first. */
  dropOldest(): void {
    const [oldest] = this.#spans.keys();
    if (oldest !== undefined) this.#remove(oldest);
  }

  #remove(spanId: string): void {
    const kept = this.#spans.get(spanId);
    if (kept === undefined) return;
    this.#spans.delete(spanId);
    this.#bytes -= kept.bytes;
    this.#unshare(kept.span.resource);
    this.#unshare(kept.span.scope);
  }

  #share(owner: object, footprint: () => number): void {
    const shared = this.#shared.get(owner);
    if (shared !== undefined) {
      shared.uses += 1;
      return;
    }
    const bytes = footprint();
    this.#shared.set(owner, { bytes, uses: 1 });
    this.#bytes += bytes;
  }

  #unshare(owner: object): void {
    const shared = this.#shared.get(owner);
    if (shared === undefined) return;
    shared.uses -= 1;
    if (shared.uses > 0) return;
    this.#shared.delete(owner);
    this.#bytes -= shared.bytes;
  }
}
