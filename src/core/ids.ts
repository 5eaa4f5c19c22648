import { describe, quote, report } from "./diagnostics.ts";
import { mergedDigits, hexOf, wordAt } from "./hex.ts";
import { ignoreRejection } from "./rejection.ts";

// HOT. A pool of random words: one call to the system's generator serves about a thousand spans.
const pool = new Int32Array(4096);
let next = pool.length;

function randomWord(): number {
  if (next === pool.length) {
    // Loaded here and not above: it is a tenth of the time that importing the package takes.
    process.getBuiltinModule("node:crypto").randomFillSync(pool);
    next = 0;
  }
  return pool[next++] ?? 0;
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
    return (this.#hex ??= hexOf(this.a, this.b) + hexOf(this.c, this.d));
  }

  static random(): TraceId {
    const id = new TraceId(randomWord(), randomWord(), randomWord(), randomWord());
    return (id.a | id.b | id.c | id.d) === 0 ? TraceId.random() : id;
  }

  /** From 32 lowercase hexadecimal digits, already checked by the caller. */
  static fromHex(hex: string): TraceId {
    return new TraceId(wordAt(hex, 0), wordAt(hex, 8), wordAt(hex, 16), wordAt(hex, 24), hex);
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
    return (this.#hex ??= hexOf(this.high, this.low));
  }

  static random(): SpanId {
    const id = new SpanId(randomWord(), randomWord());
    return (id.high | id.low) === 0 ? SpanId.random() : id;
  }

  /** From 16 lowercase hexadecimal digits, already checked by the caller. */
  static fromHex(hex: string): SpanId {
    return new SpanId(wordAt(hex, 0), wordAt(hex, 8), hex);
  }
}

/** A source of ids in place of our own, as the official SDK has it.  (Specification: ID Generators) */
export interface IdGenerator {
  /** 32 lowercase hexadecimal digits, not all 0. */
  generateTraceId(): string;
  /** 16 lowercase hexadecimal digits, not all 0. */
  generateSpanId(): string;
  /** True where the last 7 bytes of each trace id are random: its traces then carry the W3C random flag. */
  readonly isRandom?: boolean;
}

/** Where new ids come from. */
export interface Ids {
  readonly isRandom: boolean;
  traceId(): TraceId;
  spanId(): SpanId;
}

export const RANDOM_IDS: Ids = {
  isRandom: true,
  traceId: () => TraceId.random(),
  spanId: () => SpanId.random(),
};

/** A user's generator, made safe: in the place of an id that is none stands a random one. */
export function idsOf(generator: IdGenerator): Ids {
  return {
    isRandom: isRandom(generator),
    traceId: () => {
      const hex = generated(() => generator.generateTraceId(), 32);
      return hex === undefined ? TraceId.random() : TraceId.fromHex(hex);
    },
    spanId: () => {
      const hex = generated(() => generator.generateSpanId(), 16);
      return hex === undefined ? SpanId.random() : SpanId.fromHex(hex);
    },
  };
}

function isRandom(generator: IdGenerator): boolean {
  try {
    return generator.isRandom === true;
  } catch (thrown) {
    report("plugin_failed", `an id generator failed (${describe(thrown)})`);
    return false;
  }
}

function generated(generate: () => unknown, digits: 16 | 32): string | undefined {
  try {
    const id = generate();
    ignoreRejection(id);
    if (typeof id === "string" && id.length === digits && mergedDigits(id, 0, digits) > 0) return id;
    report(
      "plugin_failed",
      `an id generator gave ${quote(id)}, which is not ${digits} lowercase hexadecimal digits`,
    );
  } catch (thrown) {
    report("plugin_failed", `an id generator failed (${describe(thrown)})`);
  }
  return undefined;
}
