// Codes of characters that separate: comparing them cuts no text out.
export const COMMA = 0x2c;
export const EQUALS = 0x3d;

// What a character may be part of, one bit each.
export const SPACE = 1;
export const TOKEN = 2;
export const OCTET = 4;
export const FIRST_OF_KEY = 8;
export const KEY = 16;
export const VALUE = 32;

const PARTS: Readonly<Record<number, RegExp>> = {
  // RFC 9110, 5.6.3: OWS, and 5.6.2: token
  [SPACE]: /[ \t]/,
  [TOKEN]: /[!#$%&'*+\-.^_`|~0-9A-Za-z]/,
  // W3C Baggage, 3.3.1: baggage-octet
  [OCTET]: /[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/,
  // W3C Trace Context Level 2, 3.3.1.3: key and value of tracestate
  [FIRST_OF_KEY]: /[a-z0-9]/,
  [KEY]: /[a-z0-9_\-*/@]/,
  [VALUE]: /[\x20-\x2b\x2d-\x3c\x3e-\x7e]/,
};

/** By character code. */
const TABLE = Uint8Array.from({ length: 128 }, (_, code) =>
  Object.entries(PARTS).reduce(
    (bits, [part, pattern]) => (pattern.test(String.fromCharCode(code)) ? bits | Number(part) : bits),
    0,
  ),
);

/**
 * HOT. Where in a text, from one place on and up to another, the characters end that may be part of this. By hand, for
 * a header may be a megabyte, and a pattern that looks for an end may begin anew at each place.
 */
export function endOf(part: number, text: string, from: number, to: number): number {
  let at = from;
  while (at < to && ((TABLE[text.charCodeAt(at)] ?? 0) & part) !== 0) at++;
  return at;
}

/** Text without the spaces and tabs around it. */
export function trimmed(text: string): string {
  const start = endOf(SPACE, text, 0, text.length);
  let end = text.length;
  while (end > start && endOf(SPACE, text, end - 1, end) === end) end--;
  return text.slice(start, end);
}

/** Whether it is a text, and each of its characters may be part of this. */
export function isAll(part: number, text: unknown): boolean {
  return typeof text === "string" && endOf(part, text, 0, text.length) === text.length;
}
