import { constants } from "node:buffer";
import { WIRE } from "./fields.ts";
import { MalformedOtlpError } from "./malformed-otlp-error.ts";

/**
 * Reads the fields of one protobuf message out of hostile bytes: every length is checked against what is left,
 * and every step consumes at least one byte. Throws MalformedOtlpError only.
 *
 *     while (reader.next()) {
 *       if (reader.field === 1) name = reader.string();
 *       else reader.skip();
 *     }
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;
  #field = 0;
  #wire = 0;
  /** The last varint read, as two words. */
  #low = 0;
  #high = 0;

  private constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  static of(body: Uint8Array): ProtobufReader {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return new ProtobufReader(bytes, 0, bytes.length);
  }

  /** The number of the field that `next` found. */
  get field(): number {
    return this.#field;
  }

  /** Steps to the next field; its content must be read, or skipped, before the next step. */
  next(): boolean {
    if (this.#position === this.#end) return false;
    this.#varint();
    this.#field = this.#low >>> 3;
    this.#wire = this.#low & 7;
    if (this.#high !== 0 || this.#field === 0) throw new MalformedOtlpError("an impossible field number");
    return true;
  }

  skip(): void {
    if (this.#wire === WIRE.varint) this.#varint();
    else if (this.#wire === WIRE.fixed64) this.#take(8);
    else if (this.#wire === WIRE.fixed32) this.#take(4);
    // Groups, which OTLP has never had, end here too.
    else this.#delimited();
  }

  message(): ProtobufReader {
    const start = this.#delimited();
    return new ProtobufReader(this.#bytes, start, this.#position);
  }

  /** Text; bytes that are no UTF-8 become U+FFFD. */
  string(): string {
    const start = this.#delimited();
    if (this.#position - start > constants.MAX_STRING_LENGTH) throw new MalformedOtlpError("text too long");
    return this.#bytes.toString("utf8", start, this.#position);
  }

  /** A copy, so that one small value does not hold all of the body. */
  bytes(): Uint8Array {
    const start = this.#delimited();
    return new Uint8Array(this.#bytes.subarray(start, this.#position));
  }

  /** An id of at most `limit` bytes in hexadecimal. */
  hex(limit: number): string {
    const start = this.#delimited();
    if (this.#position - start > limit) throw new MalformedOtlpError("an id that is too long");
    return this.#bytes.toString("hex", start, this.#position);
  }

  bool(): boolean {
    this.#expect(WIRE.varint);
    this.#varint();
    return (this.#low | this.#high) !== 0;
  }

  /** Also for enums. */
  uint32(): number {
    this.#expect(WIRE.varint);
    this.#varint();
    return this.#low >>> 0;
  }

  sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  int64(): number | bigint {
    this.#expect(WIRE.varint);
    this.#varint();
    return whole(this.#high, this.#low);
  }

  uint64(): number | bigint {
    this.#expect(WIRE.varint);
    this.#varint();
    return whole(this.#high >>> 0, this.#low);
  }

  fixed32(): number {
    this.#expect(WIRE.fixed32);
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  fixed64(): number | bigint {
    this.#expect(WIRE.fixed64);
    const start = this.#take(8);
    return whole(this.#bytes.readUInt32LE(start + 4), this.#bytes.readUInt32LE(start));
  }

  sfixed64(): number | bigint {
    this.#expect(WIRE.fixed64);
    const start = this.#take(8);
    return whole(this.#bytes.readInt32LE(start + 4), this.#bytes.readUInt32LE(start));
  }

  /** Nanoseconds since the epoch, a fixed64 that never fits a number. */
  time(): bigint {
    return BigInt(this.fixed64());
  }

  double(): number {
    this.#expect(WIRE.fixed64);
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  /** Adds what a repeated field of numbers holds: one, or a packed list.  (Protocol Buffers: Packed Repeated) */
  numbers<Value>(values: Value[], wire: number, read: (reader: ProtobufReader) => Value): void {
    if (this.#wire === wire) {
      values.push(read(this));
      return;
    }
    const list = this.message();
    list.#wire = wire;
    while (list.#position < list.#end) values.push(read(list));
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw new MalformedOtlpError(`field ${this.#field} has the wrong wire type`);
  }

  /** Steps over a length and what it counts; returns where that begins. */
  #delimited(): number {
    this.#expect(WIRE.delimited);
    this.#varint();
    if (this.#high !== 0) throw new MalformedOtlpError("a length beyond the end");
    return this.#take(this.#low >>> 0);
  }

  #take(count: number): number {
    const start = this.#position;
    if (count > this.#end - start) throw new MalformedOtlpError("a field beyond the end");
    this.#position = start + count;
    return start;
  }

  #varint(): void {
    this.#low = 0;
    this.#high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      const bits = byte & 127;
      if (shift < 32) this.#low |= bits << shift;
      // The fifth byte has four bits of the low word and three of the high one.
      if (shift === 28) this.#high = bits >>> 4;
      else if (shift > 28) this.#high |= bits << (shift - 32);
      if (byte < 128) return;
    }
    throw new MalformedOtlpError("a varint of more than ten bytes");
  }
}

function whole(high: number, low: number): number | bigint {
  const value = high * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low >>> 0);
}
