import { MalformedOtlpError } from "./malformed-otlp-error.ts";

/**
 * Reads the fields of one message out of OTLP/JSON: an absent or null field is the default of its type, unknown
 * fields are never looked at. Throws MalformedOtlpError only.  (OTLP, JSON Protobuf Encoding)
 */
export class JsonReader {
  readonly #fields: Readonly<Record<string, unknown>>;

  private constructor(fields: unknown) {
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw wrong("a message");
    this.#fields = fields as Record<string, unknown>;
  }

  static of(text: string): JsonReader {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw new MalformedOtlpError("the body is no JSON");
    }
    return new JsonReader(parsed);
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  message(name: string): JsonReader {
    return new JsonReader(this.#value(name) ?? {});
  }

  messages(name: string): JsonReader[] {
    return this.#list(name).map((element) => new JsonReader(element));
  }

  string(name: string): string {
    const value = this.#value(name) ?? "";
    if (typeof value !== "string") throw wrong(name);
    return value;
  }

  /** Bytes in base64, with either alphabet. */
  bytes(name: string): Uint8Array {
    const text = this.string(name);
    if (!/^[\w+/-]*={0,2}$/.test(text)) throw wrong(name);
    return new Uint8Array(Buffer.from(text, "base64"));
  }

  bool(name: string): boolean {
    const value = this.#value(name) ?? false;
    if (typeof value !== "boolean") throw wrong(name);
    return value;
  }

  double(name: string): number {
    return toDouble(name, this.#value(name) ?? 0);
  }

  doubles(name: string): number[] {
    return this.#list(name).map((element) => toDouble(name, element));
  }

  int32(name: string): number {
    return Number(inRange(name, toBigInt(name, this.#value(name)), -(2n ** 31n), 2n ** 31n));
  }

  uint32(name: string): number {
    return Number(inRange(name, toBigInt(name, this.#value(name)), 0n, 2n ** 32n));
  }

  int64(name: string): number | bigint {
    return whole(inRange(name, toBigInt(name, this.#value(name)), -(2n ** 63n), 2n ** 63n));
  }

  uint64(name: string): number | bigint {
    return toUint64(name, this.#value(name));
  }

  uint64s(name: string): (number | bigint)[] {
    return this.#list(name).map((element) => toUint64(name, element));
  }

  /** Nanoseconds since the epoch. */
  time(name: string): bigint {
    return BigInt(this.uint64(name));
  }

  /** An enum as its number, or as one of the names, whose places in the list are their numbers. */
  enum(name: string, names: readonly string[]): number {
    const value = this.#value(name);
    if (typeof value !== "string") return this.uint32(name);
    const number = names.indexOf(value);
    return number === -1 ? this.uint32(name) : number;
  }

  #value(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  #list(name: string): readonly unknown[] {
    const value = this.#value(name) ?? [];
    if (!Array.isArray(value)) throw wrong(name);
    return value;
  }
}

function toDouble(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value !== "string" || !/^-?\d{1,400}(\.\d{1,400})?(e[+-]?\d{1,3})?$/i.test(value))
    throw wrong(name);
  return Number(value);
}

/** Senders write integers of 64 bits as strings, or as numbers. Long ones are not even tried: BigInt is slow there. */
function toBigInt(name: string, value: unknown): bigint {
  if (value === undefined) return 0n;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw wrong(name);
}

function toUint64(name: string, value: unknown): number | bigint {
  return whole(inRange(name, toBigInt(name, value), 0n, 2n ** 64n));
}

function inRange(name: string, value: bigint, from: bigint, below: bigint): bigint {
  if (value < from || value >= below) throw wrong(name);
  return value;
}

function whole(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function wrong(name: string): MalformedOtlpError {
  return new MalformedOtlpError(`${name} has the wrong form`);
}
