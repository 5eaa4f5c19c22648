/** A value as a span or a log record has it, or as OTLP carries it: whole numbers beyond 2^53 are bigint. */
export type ShownValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | Uint8Array
  | readonly ShownValue[]
  | { readonly [key: string]: ShownValue };

/** Deeper values are shown as `…`. */
const MAX_DEPTH = 16;

/** An attribute's value as text: a string as it is, anything else in the manner of JSON. */
export function valueText(value: ShownValue): string {
  return typeof value === "string" ? value : jsonText(value);
}

/** A value in the manner of JSON, which is also the same text for equal values; bytes are in hexadecimal. */
export function jsonText(value: ShownValue, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === MAX_DEPTH) return "…";
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) {
    return `[${(value as readonly ShownValue[]).map((element) => jsonText(element, depth + 1)).join(",")}]`;
  }
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member, depth + 1)}`).join(",")}}`;
}
