import type { DecodedSpan } from "../otlp/decoded.ts";
import {
  instrumentationScopeFootprint,
  spanFootprint,
  TRACE_FOOTPRINT,
  valueFootprint,
} from "./footprint.ts";
import { OldestFirst } from "./oldest-first.ts";

interface KeptSpan {
  readonly span: DecodedSpan;
  readonly bytes: number;
}

interface Shared {
  readonly bytes: number;
  uses: number;
}

/**
 * The spans of one trace by span id, with the bytes they take. A resource or instrumentation scope that spans
 * share is counted once for each trace: too much where traces share it, never too little.
 */
export class KeptTrace {
  readonly #spans = new Map<string, KeptSpan>();
  readonly #oldest = new OldestFirst(this.#spans);
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
    const former = this.#spans.get(span.spanId);
    if (former !== undefined) this.#discount(former);
    // Deleted first: what came last stands last.
    this.#spans.delete(span.spanId);
    const bytes = spanFootprint(span);
    this.#spans.set(span.spanId, { span, bytes });
    this.#bytes += bytes;
    this.#share(span.resource, () => valueFootprint(span.resource));
    this.#share(span.scope, () => instrumentationScopeFootprint(span.scope));
  }

  /** Lets go of the span that arrived first. */
  dropOldest(): void {
    const oldest = this.#oldest.take();
    if (oldest !== undefined) this.#discount(oldest[1]);
  }

  #discount({ span, bytes }: KeptSpan): void {
    this.#bytes -= bytes;
    this.#unshare(span.resource);
    this.#unshare(span.scope);
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
