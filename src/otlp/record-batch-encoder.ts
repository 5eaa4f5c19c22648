import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { Resource } from "../resource/resource.ts";
import { writeInstrumentationScope, writeResource } from "./encode-resource.ts";
import { OF_RESOURCE, REQUEST } from "./fields.ts";
import { ProtobufWriter, varintLength } from "./protobuf-writer.ts";

/** Working memory kept between batches, over all instrumentation scopes, in bytes: four usual batches. */
const RETAINED_CAPACITY = 1024 * 1024;

/** Who made a record: the records of a batch are grouped by it. */
export interface Scoped {
  readonly instrumentationScope: InstrumentationScope;
}

/** Writes one record as a field of its group. May throw half-way. */
export type WriteRecord<Item extends Scoped> = (writer: ProtobufWriter, record: Item) => void;

/** One ScopeSpans or ScopeLogs in the making: a pre-encoded head, and the records as they come. */
interface Group {
  readonly head: Uint8Array;
  readonly records: ProtobufWriter;
}

/**
 * Encodes spans as they end, or log records as they are emitted, into the body of one export request, which groups them
 * by instrumentation scope. Working buffers double as they grow: memory is up to about twice `byteLength`.
 */
export class RecordBatchEncoder<Item extends Scoped> {
  readonly #resource: Uint8Array;
  readonly #write: WriteRecord<Item>;
  /** By name, version and schema, so that a scope object made anew for each record still shares its group. */
  readonly #groups = new Map<string, Group>();
  /** By identity, for this batch only: it must not grow with scope objects that nobody uses any more. */
  readonly #known = new Map<InstrumentationScope, Group>();
  #recordCount = 0;
  /** Bytes of all groups, tags and lengths included. */
  #scopesLength = 0;
  #isAppending = false;
  /** The group of the record that was appended last, and where in it that record begins. */
  #lastGroup: Group | undefined;
  #lastBefore = 0;

  constructor(resource: Resource, write: WriteRecord<Item>) {
    this.#write = write;
    const writer = new ProtobufWriter();
    writeResource(writer, resource);
    this.#resource = new Uint8Array(writer.written);
  }

  /** How many records `take` would return now: none from inside `append`. */
  get recordCount(): number {
    return this.#isAppending ? 0 : this.#recordCount;
  }

  /** Of that the part that is records: what the resource takes is the same for each batch. */
  get recordsLength(): number {
    return this.recordCount === 0 ? 0 : this.#scopesLength;
  }

  /** The exact size of the body that `take` would return now. */
  get byteLength(): number {
    return this.recordCount === 0 ? 0 : framed(this.#resource.length + this.#scopesLength);
  }

  /**
   * HOT. Encodes a record at once. One that cannot be encoded leaves no trace and returns false; so does one that is
   * appended by code which runs inside this call (a trace state's `serialize`, a getter).
   */
  append(record: Item): boolean {
    if (this.#isAppending) return false;
    this.#isAppending = true;
    let group: Group | undefined;
    let before = 0;
    try {
      const scope = record.instrumentationScope;
      group = this.#known.get(scope) ?? this.#group(scope);
      before = group.records.length;
      this.#write(group.records, record);
    } catch {
      group?.records.truncate(before);
      // Nobody takes an empty batch: what failed records opened would stay.
      if (this.#recordCount === 0) this.#empty();
      return false;
    } finally {
      this.#isAppending = false;
    }
    this.#recordCount++;
    this.#scopesLength += lengthWith(group, group.records.length) - lengthWith(group, before);
    this.#lastGroup = group;
    this.#lastBefore = before;
    return true;
  }

  /** Takes the record that was appended last out again. */
  retract(): void {
    const group = this.#lastGroup;
    if (group === undefined) return;
    this.#recordCount--;
    this.#scopesLength += lengthWith(group, this.#lastBefore) - lengthWith(group, group.records.length);
    group.records.truncate(this.#lastBefore);
    this.#lastGroup = undefined;
  }

  /** The request's body, in memory of its own; the encoder is empty then. Without records the body is empty. */
  take(): Uint8Array {
    if (this.recordCount === 0) return new Uint8Array(0);
    const body = new ProtobufWriter(this.byteLength);
    body.head(REQUEST.ofResource, this.#resource.length + this.#scopesLength);
    body.raw(this.#resource);
    for (const { head, records } of this.#groups.values()) {
      if (records.length === 0) continue;
      body.head(OF_RESOURCE.ofScope, head.length + records.length);
      body.raw(head);
      body.raw(records.written);
    }
    this.#empty();
    return body.written;
  }

  #group(scope: InstrumentationScope): Group {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const head = new ProtobufWriter();
      writeInstrumentationScope(head, scope);
      group = { head: new Uint8Array(head.written), records: new ProtobufWriter() };
      this.#groups.set(key, group);
    }
    this.#known.set(scope, group);
    return group;
  }

  /** Keeps the buffers of the scopes that this batch used, as far as they are small. */
  #empty(): void {
    let retained = 0;
    for (const [key, { records }] of this.#groups) {
      if (records.length === 0 || retained + records.capacity > RETAINED_CAPACITY) {
        this.#groups.delete(key);
      } else {
        retained += records.capacity;
        records.truncate(0);
      }
    }
    this.#known.clear();
    this.#lastGroup = undefined;
    this.#recordCount = 0;
    this.#scopesLength = 0;
  }
}

/** What a group adds to the request when it has so many bytes of records. */
function lengthWith(group: Group, recordsLength: number): number {
  return recordsLength === 0 ? 0 : framed(group.head.length + recordsLength);
}

/** The length of an embedded message with its tag (of one byte) and its own length. */
function framed(length: number): number {
  return 1 + varintLength(length) + length;
}
