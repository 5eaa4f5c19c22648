import { REDACTED } from "./redacted.ts";

/** Says of a name whether it names a secret: one that is followed by an equals sign, as parameters are, or any. */
export type IsSecretName = (name: string, isParameter: boolean) => boolean;

const LONGEST_NAME = 64;

/** A colon only where a value may begin: not those of URLs and times. */
const SEPARATOR = /=|:(?=[ "'\\])|%3[Dd]/g;
const ESCAPED_OCTET = /^[\dA-Fa-f]{2}/;

/** The characters of names, by their code. */
const IS_OF_NAME: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[\w.-]/.test(String.fromCharCode(code)),
);

/** From the separator on: a quoted value, its quote perhaps escaped, as in JSON within JSON. */
const QUOTED = />? ?(\\*["'])((?:(?!\1)\\+["']|(?!\1)[^\\]|\\+(?!["']))*)/y;

/** The name of a scheme goes with the word after it. */
const SCHEME = "(?:(?:bearer|basic|token|digest|negotiate)(?:[ +]|%20))?";

/** After an equals sign: to the next parameter, or the end of the word … */
const PLAIN = new RegExp(`${SCHEME}((?:[^\\s&;"'\`<>\\\\]|\\\\(?!["'nrt\\\\]))+)`, "iy");

/** … the same after an escaped one, as in a URL within another. */
const ESCAPED = new RegExp(`${SCHEME}((?:[^\\s&;"'\`<>\\\\%]|%(?!2[2367]|3[Bb]))+)`, "iy");

/** After a colon: what is like a secret, one word with a digit; sentences go on after colons, too. */
const LISTED = / ((?=[^\s\d]*\d)[^\s,;"'<>]{8,})/y;

/** A header's value is all of its line. */
const LINE = / ?([^\r\n]+)/y;

/** No secret stands there: a parameter of a statement or a template, or one that is taken out already. */
const STANDS_FOR_ANOTHER = /^(?:\$\d+|\?\d*|%\w|\$?\{[\w.]*|\*+|null|undefined|true|false|\[?redacted)$/i;

/** Within quotes no parameter is one. */
const IS_TAKEN_OUT = /^(?:\*+|\[?redacted|)$/i;

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

/** Where the secret is that is assigned by the separator that ends here; `from`: where names may begin. */
function secretBehind(
  text: string,
  after: number,
  from: number,
  isSecretName: IsSecretName,
): Found | undefined {
  const separator = text[after - 1];
  const isColon = separator === ":";
  const name = nameBefore(text, isColon || separator === "=" ? after - 1 : after - 3, from);
  if (name === "" || !isSecretName(name, !isColon)) return undefined;
  const quoted = at(QUOTED, text, after);
  if (quoted !== undefined) {
    const [all, , value = ""] = quoted;
    const end = after + all.length;
    return IS_TAKEN_OUT.test(trimmed(value)) ? undefined : { start: end - value.length, end };
  }
  if (!isColon) {
    const plain = at(separator === "=" ? PLAIN : ESCAPED, text, after);
    const found = plain && foundIn(after + plain[0].length, plain[1] ?? "");
    // A scheme goes with what it names.
    return found && { ...found, start: after };
  }
  const line = at(name.toLowerCase().endsWith("cookie") ? LINE : LISTED, text, after);
  return line && foundIn(after + line[0].length, line[1] ?? "");
}

/** The name that ends at a separator, but for a quote and a space between them. */
function nameBefore(text: string, separator: number, from: number): string {
  let end = separator;
  if (text[end - 1] === " ") end--;
  if (text[end - 1] === '"' || text[end - 1] === "'") end--;
  if (text[end - 1] === "\\") end--;
  let start = end;
  const first = Math.max(from, end - LONGEST_NAME);
  while (start > first && IS_OF_NAME[text.charCodeAt(start - 1)] === true) start--;
  const name = text.slice(start, end);
  // Of a parameter in an escaped URL: `%26token`.
  return text[start - 1] === "%" ? name.replace(ESCAPED_OCTET, "") : name;
}

interface Found {
  readonly start: number;
  readonly end: number;
}

/** But for what closes the sentence or the brackets that the value stands in. */
function foundIn(end: number, value: string): Found | undefined {
  const secret = trimmed(value);
  if (STANDS_FOR_ANOTHER.test(secret)) return undefined;
  const start = end - value.length;
  return { start, end: start + secret.length };
}

function trimmed(value: string): string {
  return value.replace(/[,)\]}.]{1,8}$/, "");
}

function at(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place;
  return pattern.exec(text) ?? undefined;
}
