import type { AnyValue, AttributeMap } from "./decoded.ts";
import { MalformedOtlpError } from "./malformed-otlp-error.ts";

/** How deep values may be nested: 64 arrays and maps, as SDKs send at most, and what the innermost holds. */
const DEPTH_LIMIT = 65;

/** Throws where values are nested too deep; an attribute's own value has depth 1. */
export function checkDepth(depth: number): void {
  if (depth > DEPTH_LIMIT) throw new MalformedOtlpError("values are nested too deep");
}

/** Shared by all records that have none: an empty event takes two bytes on the wire, a map some hundred here. */
export const NO_ATTRIBUTES: AttributeMap = Object.freeze(Object.create(null) as AttributeMap);

/** The map with one entry more, which is the same map unless it was NO_ATTRIBUTES. The last of equal keys wins. */
export function withAttribute(map: AttributeMap, key: string, value: AnyValue): AttributeMap {
  const own = map === NO_ATTRIBUTES ? (Object.create(null) as AttributeMap) : map;
  // Not a plain assignment, which makes an array of 12 KB for a key such as "1000"; V8 keeps what is not
  // writable in a dictionary.
  return Object.defineProperty(own, key, { value, enumerable: true, configurable: true, writable: false });
}

/** Hexadecimal of an id that must be there, in lower case. */
export function requiredId(hex: string, digits: 16 | 32): string {
  if (hex.length !== digits || !/^[\da-f]+$/i.test(hex)) throw new MalformedOtlpError("an id of wrong form");
  return hex.toLowerCase();
}

/** The same for an id that may be missing. */
export function optionalId(hex: string, digits: 16 | 32): string {
  return hex === "" ? "" : requiredId(hex, digits);
}

/** A parent's span id; some senders write zeros for "none". */
export function parentId(hex: string): string {
  const id = optionalId(hex, 16);
  return id === "0000000000000000" ? "" : id;
}
