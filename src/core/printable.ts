export const UNPRINTABLE: RegExp =
  // oxlint-disable-next-line no-control-regex -- control characters are what this file is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text from outside, made safe for one line of a terminal or a log: control characters, line breaks and
 * direction marks become visible `\u{…}` escapes, so that a span name can neither forge a line nor move the
 * cursor.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}
