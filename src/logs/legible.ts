import { types } from "node:util";
import { describe } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { exceptionAttributes } from "../trace/exception.ts";

/** Of a map, a set or a list of numbers so many are told: one within itself is read again at each level. */
const MOST_MEMBERS = 1_024;

/** Bits of a bigint that is written out: the time that it takes grows with their square. */
const MOST_BITS = 4_096;

/**
 * What stands in a log record for what OTLP has no value for, as JSON would have it or better; the object itself where it
 * is the map of its fields. May throw, for it asks `toJSON`.
 */
export function legible(value: unknown): unknown {
  if (typeof value === "bigint") return bigintText(value);
  if (typeof value === "symbol") return value.toString();
  if (typeof value !== "object" || value === null) return undefined;
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (types.isMap(value)) return Object.fromEntries(first(value.entries(), textKeyed));
  if (types.isSet(value)) return Array.from(first(value.values(), (member) => member));
  if (types.isTypedArray(value)) return Array.from(first<unknown, unknown>(value, (member) => member));
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (value instanceof Error) return exceptionAttributes(value);
  if (!("toJSON" in value) || typeof value.toJSON !== "function") return value;
  const plain: unknown = value.toJSON();
  ignoreRejection(plain);
  return plain;
}

function bigintText(value: bigint): string {
  return BigInt.asIntN(MOST_BITS, value) === value ? String(value) : `a bigint of over ${MOST_BITS} bits`;
}

function textKeyed([key, value]: [unknown, unknown]): [string, unknown] {
  return [typeof key === "string" ? key : describe(key), value];
}

function* first<Member, Told>(members: Iterable<Member>, told: (member: Member) => Told): Generator<Told> {
  let left = MOST_MEMBERS;
  for (const member of members) {
    if (left-- === 0) return;
    yield told(member);
  }
}
