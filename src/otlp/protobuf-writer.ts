import { WIRE } from "./fields.ts";

const INITIAL_CAPACITY = 2048;

/** The largest message that protobuf allows, in bytes.  (Protocol Buffers, Proto Limits) */
const MESSAGE_LIMIT = 2 ** 31 - 1;

/**
 * Up to this many characters a plain loop is faster than a call of Buffer's native code (Node 24; on 20 up to
 * 32). Must stay below 128, see #ascii.
 */
const LOOP_LIMIT = 24;

/** A tag and a varint of 64 bits, at their longest: no field number here is above 2,047. */
const TAG_AND_VARINT = 12;

/**
 * Writes protobuf fields into one buffer that grows. Lengths are written after their content: `open` leaves room
 * for one, `close` fills it in and moves the content if it needs more or less.
 *
 * HOT. Every method reserves its room first: a store beyond the end of a typed array is lost without a word.
 */
export class ProtobufWriter {
  #bytes: Buffer;
  #position = 0;

  /** `capacity` where the size is known; else the first field allocates. */
  constructor(capacity = 0) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#position;
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** A view of what was written, valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }

  /** Forgets what was written from `length` on. */
  truncate(length: number): void {
    this.#position = length;
  }

  /**
   * Begins an embedded message or a packed list, with room for a length of so many bytes; returns where the
   * content begins. `close` gets both.
   */
  open(field: number, lengthBytes = 1): number {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.delimited);
    this.#position += lengthBytes;
    return this.#position;
  }

  close(start: number, lengthBytes = 1): void {
    const length = this.#position - start;
    if (length < 128 && lengthBytes === 1) {
      this.#bytes[start - 1] = length;
      return;
    }
    const needed = varintLength(length);
    if (needed !== lengthBytes) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start - lengthBytes + needed, start, this.#position);
    }
    this.#position = start - lengthBytes;
    this.#varint(length);
    this.#position += length;
  }

  /** The head of an embedded message whose content is known to be `length` bytes and follows. */
  head(field: number, length: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.delimited);
    this.#varint(length);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** An unsigned integer of 32 bits, a boolean or an enum; anything else is cut down to 32 bits. */
  uint32(field: number, value: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.varint);
    this.#varint(value);
  }

  /** A signed integer of 32 bits in zigzag form: 0, -1, 1, -2 … are 0, 1, 2, 3 …  (Protocol Buffers, sint32) */
  sint32(field: number, value: number): void {
    this.uint32(field, (value << 1) ^ (value >> 31));
  }

  /** A safe integer; a negative one takes ten bytes.  (Protocol Buffers, Encoding: Signed Integers) */
  int64(field: number, value: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.varint);
    this.#varint64(value);
  }

  /** A safe, non-negative integer without a tag, for packed lists. */
  packedUint64(value: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#varint64(value);
  }

  fixed32(field: number, value: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.fixed32);
    this.#word(value);
  }

  /** A safe integer, signed or not, in eight bytes. */
  fixed64(field: number, value: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.fixed64);
    this.#word(value % 2 ** 32);
    this.#word(Math.floor(value / 2 ** 32));
  }

  packedFixed64(value: number): void {
    this.#reserve(8);
    this.#word(value % 2 ** 32);
    this.#word(Math.floor(value / 2 ** 32));
  }

  /**
   * A time as nanoseconds since the epoch, exact up to the end of fixed64 in the year 2554 though they do not
   * fit a double: 2^23 s are 1953125 · 2^32 ns, and what is left of the seconds is below 2^53 ns.
   */
  time(field: number, seconds: number, nanoseconds: number): void {
    const blocks = Math.floor(seconds / 2 ** 23);
    const rest = (seconds - blocks * 2 ** 23) * 1e9 + nanoseconds;
    const carry = Math.floor(rest / 2 ** 32);
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.fixed64);
    this.#word(rest - carry * 2 ** 32);
    this.#word(blocks * 1953125 + carry);
  }

  double(field: number, value: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.fixed64);
    this.#position = this.#bytes.writeDoubleLE(value, this.#position);
  }

  packedDouble(value: number): void {
    this.#reserve(8);
    this.#position = this.#bytes.writeDoubleLE(value, this.#position);
  }

  /** Eight bytes, most significant first, from two words: a span id. */
  bytes8(field: number, a: number, b: number): void {
    this.#reserve(TAG_AND_VARINT);
    this.#tag(field, WIRE.delimited);
    this.#bytes[this.#position++] = 8;
    this.#bigEndianWord(a);
    this.#bigEndianWord(b);
  }

  /** Sixteen bytes, most significant first, from four words: a trace id. */
  bytes16(field: number, a: number, b: number, c: number, d: number): void {
    this.#reserve(20);
    this.#tag(field, WIRE.delimited);
    this.#bytes[this.#position++] = 16;
    this.#bigEndianWord(a);
    this.#bigEndianWord(b);
    this.#bigEndianWord(c);
    this.#bigEndianWord(d);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.head(field, bytes.length);
    this.raw(bytes);
  }

  /** Text as UTF-8; a lone surrogate becomes U+FFFD. Throws on anything but a string. */
  string(field: number, text: string): void {
    if (typeof text !== "string") throw new TypeError("not a string");
    // Buffer.write cuts off at the buffer's end without a word: a UTF-16 unit takes at most three bytes.
    this.#reserve(TAG_AND_VARINT + text.length * 3);
    this.#tag(field, WIRE.delimited);
    if (text.length > LOOP_LIMIT || !this.#ascii(text)) this.#utf8(text);
  }

  /** Writes length and text if all of it is ASCII, else nothing. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const { length } = text;
    let position = this.#position;
    bytes[position++] = length;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      bytes[position++] = code;
    }
    this.#position = position;
    return true;
  }

  #utf8(text: string): void {
    const start = this.#position;
    const guessed = varintLength(text.length);
    const length = this.#bytes.write(text, start + guessed);
    const needed = varintLength(length);
    if (needed !== guessed) this.#bytes.copyWithin(start + needed, start + guessed, start + guessed + length);
    this.#varint(length);
    this.#position += length;
  }

  #tag(field: number, wire: number): void {
    const tag = (field << 3) | wire;
    if (tag < 128) this.#bytes[this.#position++] = tag;
    else this.#varint(tag);
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let rest = value;
    // A value above 2^31 is negative once it is a word, hence the unsigned shift and the test of all high bits.
    while ((rest & ~127) !== 0) {
      bytes[this.#position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[this.#position++] = rest;
  }

  #varint64(value: number): void {
    let high = Math.floor(value / 2 ** 32) | 0;
    let low = (value % 2 ** 32) | 0;
    while (high !== 0) {
      this.#bytes[this.#position++] = (low & 127) | 128;
      low = (low >>> 7) | (high << 25);
      high >>>= 7;
    }
    this.#varint(low);
  }

  #word(value: number): void {
    const bytes = this.#bytes;
    const position = this.#position;
    const word = value | 0;
    bytes[position] = word;
    bytes[position + 1] = word >>> 8;
    bytes[position + 2] = word >>> 16;
    bytes[position + 3] = word >>> 24;
    this.#position = position + 4;
  }

  #bigEndianWord(word: number): void {
    const bytes = this.#bytes;
    const position = this.#position;
    bytes[position] = word >>> 24;
    bytes[position + 1] = word >>> 16;
    bytes[position + 2] = word >>> 8;
    bytes[position + 3] = word;
    this.#position = position + 4;
  }

  #reserve(count: number): void {
    if (this.#position + count > this.#bytes.length) this.#grow(this.#position + count);
  }

  #grow(needed: number): void {
    if (!(needed <= MESSAGE_LIMIT)) throw new RangeError("a protobuf message ends at 2 GiB");
    const capacity = Math.min(MESSAGE_LIMIT, Math.max(INITIAL_CAPACITY, needed, this.#bytes.length * 2));
    const bytes = Buffer.allocUnsafeSlow(capacity);
    bytes.set(this.written);
    this.#bytes = bytes;
  }
}

/** How many bytes a length takes as a varint. */
export function varintLength(value: number): number {
  if (value < 2 ** 7) return 1;
  if (value < 2 ** 14) return 2;
  if (value < 2 ** 21) return 3;
  return value < 2 ** 28 ? 4 : 5;
}
