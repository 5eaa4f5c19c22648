import { type Found, type IsSecretName, secretOf, standsForAnother } from "./assigned-values.ts";
import { REDACTED } from "./redacted.ts";

const LONGEST_NAME = 64;

/** One before a quote in JSON within JSON, then three, seven … */
const MOST_BACKSLASHES = 63;

/** No comparison. A colon only where a value may begin: not those of URLs and times. */
const SEPARATOR = /(?<![=!])=(?!=)|:(?=[ "'\\])|(?<=["']):(?=[\d[-])|%3[Dd]/g;
const ESCAPED_OCTET = /^[\dA-Fa-f]{2}/;

/** The characters of names, by their code. */
const IS_OF_NAME: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[\w.-]/.test(String.fromCharCode(code)),
);

/** An element of XML and its text. */
const ELEMENT = /(<([A-Za-z_][\w.:-]{0,63})(?:\s[^<>]{0,200})?>(?:<!\[CDATA\[)?)([^<>]+)(?=<\/|\]\]>)/g;

/**
 * A text without what is assigned to the names of secrets: `password=…`, `"token": "…"`, `?sig=…`, `Cookie: …`. Goes
 * along the text once, whatever is in it.
 */
export function withoutAssigned(text: string, isSecretName: IsSecretName): string {
  let [kept, from] = ["", 0];
  SEPARATOR.lastIndex = 0;
  while (SEPARATOR.test(text)) {
    const after = SEPARATOR.lastIndex;
    const secret = secretBehind(text, after, from, isSecretName);
    if (secret === undefined) continue;
    kept += text.slice(from, secret.start) + REDACTED;
    SEPARATOR.lastIndex = from = secret.end;
  }
  return from === 0 ? text : kept + text.slice(from);
}

/** The same of what elements with such names enclose. */
export function withoutEnclosed(text: string, isSecretName: IsSecretName): string {
  return text.replaceAll(ELEMENT, (all: string, tag: string, name: string, value: string) =>
    isSecretName(name, "value") && !standsForAnother(value.trim()) && value.trim() !== ""
      ? tag + REDACTED
      : all,
  );
}

/** Where the secret is that is assigned by the separator that ends here; `from`: where names may begin. */
function secretBehind(
  text: string,
  after: number,
  from: number,
  isSecretName: IsSecretName,
): Found | undefined {
  const separator = text[after - 1];
  const isOne = separator === ":" || separator === "=";
  const { name, start } = nameBefore(text, isOne ? after - 1 : after - 3, from);
  if (name === "" || !isSecretName(name, separator === ":" ? "value" : "parameter")) return undefined;
  return secretOf(text, { name, start, after, separator, isSecretNumber: isSecretName(name, "number") });
}

/** The name that ends at a separator, but for a quote and a space between them. */
function nameBefore(text: string, separator: number, from: number): { name: string; start: number } {
  let end = separator;
  if (text[end - 1] === " ") end--;
  if (text[end - 1] === '"' || text[end - 1] === "'") end--;
  for (let count = 0; count < MOST_BACKSLASHES && text[end - 1] === "\\"; count++) end--;
  let start = end;
  const first = Math.max(from, end - LONGEST_NAME);
  while (start > first && IS_OF_NAME[text.charCodeAt(start - 1)] === true) start--;
  const name = text.slice(start, end);
  // Of a parameter in an escaped URL: `%26token`.
  return { name: text[start - 1] === "%" ? name.replace(ESCAPED_OCTET, "") : name, start };
}
