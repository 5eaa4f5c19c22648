import { randomFillSync } from "node:crypto";

// HOT. A pool of random words: one call to the system's generator serves about a thousand spans.
const pool = new Int32Array(4096);
let next = pool.length;

function randomWord(): number {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  return pool[next++] ?? 0;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function wordToHex(word: number): string {
  return `${HEX[word >>> 24]}${HEX[(word >>> 16) & 255]}${HEX[(word >>> 8) & 255]}${HEX[word & 255]}`;
}

function wordFromHex(hex: string, offset: number): number {
  return Number.parseInt(hex.slice(offset, offset + 8), 16) | 0;
}

/** A trace id: 16 bytes as four int32 words, shared by all spans of a trace; hex is made once, when asked for. */
export class TraceId {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  #hex: string | undefined;

  constructor(a: number, b: number, c: number, d: number, hex?: string) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.#hex = hex;
  }

  /** 32 lowercase hexadecimal digits. */
  get hex(): string {
    return (this.#hex ??= wordToHex(this.a) + wordToHex(this.b) + wordToHex(this.c) + wordToHex(this.d));
  }

  static random(): TraceId {
    const id = new TraceId(randomWord(), randomWord(), randomWord(), randomWord());
    return (id.a | id.b | id.c | id.d) === 0 ? TraceId.random() : id;
  }

  /** From 32 lowercase hexadecimal digits, already checked by the caller. */
  static fromHex(hex: string): TraceId {
    return new TraceId(
      wordFromHex(hex, 0),
      wordFromHex(hex, 8),
      wordFromHex(hex, 16),
      wordFromHex(hex, 24),
      hex,
    );
  }
}

/** A span id: 8 bytes as two int32 words; hex is made once, when asked for. */
export class SpanId {
  readonly high: number;
  readonly low: number;
  #hex: string | undefined;

  constructor(high: number, low: number, hex?: string) {
    this.high = high;
    this.low = low;
    this.#hex = hex;
  }

  /** 16 lowercase hexadecimal digits. */
  get hex(): string {
    return (this.#hex ??= wordToHex(this.high) + wordToHex(this.low));
  }

  static random(): SpanId {
    const id = new SpanId(randomWord(), randomWord());
    return (id.high | id.low) === 0 ? SpanId.random() : id;
  }

  /** From 16 lowercase hexadecimal digits, already checked by the caller. */
  static fromHex(hex: string): SpanId {
    return new SpanId(wordFromHex(hex, 0), wordFromHex(hex, 8), hex);
  }
}
