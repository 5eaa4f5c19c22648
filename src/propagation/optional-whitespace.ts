/**
 * Text without the spaces and tabs around it. By hand, for a header may be a megabyte: a pattern that looks for
 * trailing space begins anew at each space within.  (RFC 9110, 5.6.3: OWS)
 */
export function trimOptionalWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOptionalWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isOptionalWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isOptionalWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
