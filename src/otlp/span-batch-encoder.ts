import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { Resource } from "../resource/resource.ts";
import type { SpanRecord } from "../trace/record.ts";
import { writeInstrumentationScope, writeResource } from "./encode-resource.ts";
import { writeSpan } from "./encode-span.ts";
import { OF_RESOURCE, REQUEST } from "./fields.ts";
import { ProtobufWriter, varintLength } from "./protobuf-writer.ts";

/** Working memory kept between batches, over all instrumentation scopes, in bytes: four usual batches. */
const RETAINED_CAPACITY = 1024 * 1024;

/** One ScopeSpans in the making: a pre-encoded head, and the spans as they come. */
interface ScopeSpans {
  readonly head: Uint8Array;
  readonly spans: ProtobufWriter;
}

/**
 * Encodes spans as they end into the body of one ExportTraceServiceRequest, which groups them by
 * instrumentation scope. Working buffers double as they grow: memory is up to about twice `byteLength`.
 */
export class SpanBatchEncoder {
  readonly #resource: Uint8Array;
  /** By name, version and schema, so that a scope object made anew for each span still shares its group. */
  readonly #groups = new Map<string, ScopeSpans>();
  /** By identity, for this batch only: it must not grow with scope objects that nobody uses any more. */
  readonly #known = new Map<InstrumentationScope, ScopeSpans>();
  #spanCount = 0;
  /** Bytes of all ScopeSpans fields, tags and lengths included. */
  #scopesLength = 0;
  #isAppending = false;
  /** The group of the span that was appended last, and where in it that span begins. */
  #lastGroup: ScopeSpans | undefined;
  #lastBefore = 0;

  constructor(resource: Resource) {
    const writer = new ProtobufWriter();
    writeResource(writer, resource);
    this.#resource = new Uint8Array(writer.written);
  }

  /** How many spans `take` would return now: none from inside `append`. */
  get spanCount(): number {
    return this.#isAppending ? 0 : this.#spanCount;
  }

  /** Of that the part that is spans: what the resource takes is the same for each batch. */
  get spansLength(): number {
    return this.spanCount === 0 ? 0 : this.#scopesLength;
  }

  /** The exact size of the body that `take` would return now. */
  get byteLength(): number {
    return this.spanCount === 0 ? 0 : framed(this.#resource.length + this.#scopesLength);
  }

  /**
   * HOT. Encodes a span at once. A span that cannot be encoded leaves no trace and returns false; so does one
   * that is appended by code which runs inside this call (a trace state's `serialize`, a getter).
   */
  append(record: SpanRecord): boolean {
    if (this.#isAppending) return false;
    this.#isAppending = true;
    let group: ScopeSpans | undefined;
    let before = 0;
    try {
      const scope = record.instrumentationScope;
      group = this.#known.get(scope) ?? this.#group(scope);
      before = group.spans.length;
      writeSpan(group.spans, record);
    } catch {
      group?.spans.truncate(before);
      // Nobody takes an empty batch: what failed spans opened would stay.
      if (this.#spanCount === 0) this.#empty();
      return false;
    } finally {
      this.#isAppending = false;
    }
    this.#spanCount++;
    this.#scopesLength += lengthWith(group, group.spans.length) - lengthWith(group, before);
    this.#lastGroup = group;
    this.#lastBefore = before;
    return true;
  }

  /** Takes the span that was appended last out again. */
  retract(): void {
    const group = this.#lastGroup;
    if (group === undefined) return;
    this.#spanCount--;
    this.#scopesLength += lengthWith(group, this.#lastBefore) - lengthWith(group, group.spans.length);
    group.spans.truncate(this.#lastBefore);
    this.#lastGroup = undefined;
  }

  /** The request's body, in memory of its own; the encoder is empty then. Without spans the body is empty. */
  take(): Uint8Array {
    if (this.spanCount === 0) return new Uint8Array(0);
    const body = new ProtobufWriter(this.byteLength);
    body.head(REQUEST.ofResource, this.#resource.length + this.#scopesLength);
    body.raw(this.#resource);
    for (const { head, spans } of this.#groups.values()) {
      if (spans.length === 0) continue;
      body.head(OF_RESOURCE.ofScope, head.length + spans.length);
      body.raw(head);
      body.raw(spans.written);
    }
    this.#empty();
    return body.written;
  }

  #group(scope: InstrumentationScope): ScopeSpans {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const head = new ProtobufWriter();
      writeInstrumentationScope(head, scope);
      group = { head: new Uint8Array(head.written), spans: new ProtobufWriter() };
      this.#groups.set(key, group);
    }
    this.#known.set(scope, group);
    return group;
  }

  /** Keeps the buffers of the scopes that this batch used, as far as they are small. */
  #empty(): void {
    let retained = 0;
    for (const [key, { spans }] of this.#groups) {
      if (spans.length === 0 || retained + spans.capacity > RETAINED_CAPACITY) {
        this.#groups.delete(key);
      } else {
        retained += spans.capacity;
        spans.truncate(0);
      }
    }
    this.#known.clear();
    this.#lastGroup = undefined;
    this.#spanCount = 0;
    this.#scopesLength = 0;
  }
}

/** What a group adds to the request when it has so many bytes of spans. */
function lengthWith(group: ScopeSpans, spansLength: number): number {
  return spansLength === 0 ? 0 : framed(group.head.length + spansLength);
}

/** The length of an embedded message with its tag (of one byte) and its own length. */
function framed(length: number): number {
  return 1 + varintLength(length) + length;
}
