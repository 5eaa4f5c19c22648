import { isWorkingDirectory } from "./sensitive-keys.ts";

/** How: `name: value`, `name=value` as parameters are, `name: 123`. */
export type Assigned = "value" | "parameter" | "number";

/** Says of a name whether what is so assigned to it is a secret. */
export type IsSecretName = (name: string, assigned: Assigned) => boolean;

/** Something is assigned to this name from here on, and it is a secret by its name. */
export interface Assignment {
  readonly name: string;
  /** Where the name begins. */
  readonly start: number;
  /** Where the separator ends. */
  readonly after: number;
  /** The last of an escaped equals sign is a D. */
  readonly separator: string | undefined;
  readonly isSecretNumber: boolean;
}

export interface Found {
  readonly start: number;
  readonly end: number;
}

/** From the separator on: a quoted value, its quote perhaps escaped, as in JSON within JSON. */
const QUOTED = />? ?(\\*["'])((?:(?!\1)\\+["']|(?!\1)[^\\]|\\+(?!["'\\]))*)/y;

const LIST = / ?\[/y;

/** Those are quoted, or numbers. */
const ELEMENT = /[\s,]*(?:(\\*["'])(?:(?!\1)\\+["']|(?!\1)[^\\]|\\+(?!["'\\]))*(?:\1|$)|-?\d[\d.]*)/y;

/** The name of a scheme goes with the word after it. */
const SCHEME = "(?:bearer|basic|token|digest|negotiate|api-?key)(?:[ +]|%20)";

/** After an equals sign: to the next parameter, or the end of the word … */
const PLAIN = new RegExp(`(?:${SCHEME})?((?:[^\\s&;"'\`<>\\\\]|\\\\(?!["'nrt\\\\]))+)`, "iy");

/** … the same after an escaped one, as in a URL within another. */
const ESCAPED = new RegExp(`(?:${SCHEME})?((?:[^\\s&;"'\`<>\\\\%]|%(?!2[2367]|3[Bb]))+)`, "iy");

/** After a colon: what is like a secret, one word with a digit; sentences go on after colons, too … */
const LISTED = / ((?=[^\s\d]*\d)[^\s,;"'<>]{8,})/y;

/** … or a number where nothing else comes … */
const NUMBER = / ?(-?\d[\d.]*)(?=\s{0,8}(?:[,}\]\r\n]|$))/y;

/** … or the one word of its line, after an equals sign, too. */
const ONLY = /[ \t]{1,8}(?![<>{[(|&])([^\s"'`]+)(?=[ \t]{0,8}(?:[\r\n]|$|#))/y;
const BEGINS_LINE = /(?:^|[\r\n])[ \t]{0,64}(?:- |export )?["']?$/;
const MOST_BEFORE = 80;

const CREDENTIALS = new RegExp(` ?${SCHEME} {0,4}([^\\s,;"'<>]+)`, "iy");

/** The values of some headers are all of the line: what is assigned to names, after a scheme perhaps. */
const LINE = / ?((?:[\w-]+ )?[^\s=,;"']+=[^\r\n]+)/y;

/** No secret stands there: a parameter of a statement or a template, or one that is taken out already … */
const STANDS_FOR_ANOTHER =
  /^(?:\$\d+|\?\d*|%\w|%\(\w*\)?s?|[@:]\w+|[$#]?\{[\w.]*|\*+|null|undefined|true|false|default|\[?redacted)$/i;

/** … or what a function makes of one, or a signal. */
const IS_MADE = /^(?:[A-Za-z_][\w.]*\((?:[$:@?%].*)?|SIG[A-Z]{2,8}\d?)$/;

/** What one word says of a secret. */
const IS_SAID =
  /^(?:required|missing|invalid|valid|expired|revoked|rejected|denied|empty|none|no|yes|ok|unknown|unset|set|changed|wrong|incorrect|mismatch|failed|error|string|number|boolean|object)[;!]?$/i;

/** Within quotes no parameter is one. */
const IS_TAKEN_OUT = /^(?:\*+|\[?redacted|)$/i;

const ONE_WORD = /^[A-Za-z]?[a-z]+(?:-[a-z]+)*\.*$/;

/** As prose has them: "certificates", "token-based", "credentials." */
export function isOneWord(text: string): boolean {
  return ONE_WORD.test(text);
}

/** Where the secret is that is assigned. */
export function secretOf(text: string, to: Assignment): Found | undefined {
  const quoted = at(QUOTED, text, to.after);
  if (quoted !== undefined) return quotedIn(quoted, text, to);
  const list = at(LIST, text, to.after);
  if (list !== undefined) return elementsFrom(to.after + list[0].length, text, to);
  return to.separator === ":" ? afterColon(text, to) : afterEquals(text, to);
}

/** Whether no secret stands in a secret's place. */
export function standsForAnother(value: string): boolean {
  return STANDS_FOR_ANOTHER.test(value) || IS_MADE.test(value);
}

function quotedIn([all, , value = ""]: RegExpExecArray, text: string, to: Assignment): Found | undefined {
  const end = to.after + all.length;
  // Of a parser: `Unexpected token: '<'`.
  const isUnexpected =
    value.length < 3 && /unexpected $/i.test(text.slice(Math.max(0, to.start - 11), to.start));
  return isUnexpected || IS_TAKEN_OUT.test(trimmed(value)) ? undefined : { start: end - value.length, end };
}

/** All of a list, but for the first quote and the last. */
function elementsFrom(first: number, text: string, { isSecretNumber }: Assignment): Found | undefined {
  let end = first;
  for (let one = at(ELEMENT, text, end); one !== undefined; one = at(ELEMENT, text, end))
    end += one[0].length;
  const [all, , value = ""] = /^(\s*\\*["']?)([^]*?)\\*["']?$/.exec(text.slice(first, end)) ?? [""];
  const start = first + all.indexOf(value);
  const isSecret = /["']/.test(all) || isSecretNumber;
  return isSecret && !IS_TAKEN_OUT.test(value) ? { start, end: start + value.length } : undefined;
}

function afterColon(text: string, to: Assignment): Found | undefined {
  const name = to.name.toLowerCase();
  const hasScheme = name.endsWith("authorization");
  const credentials = hasScheme ? at(CREDENTIALS, text, to.after) : undefined;
  const line = hasScheme || name.endsWith("cookie") ? at(LINE, text, to.after) : undefined;
  if (credentials !== undefined && line === undefined)
    return isOneWord(credentials[1] ?? "") ? undefined : foundIn(credentials, to);
  const found = line ?? at(LISTED, text, to.after);
  if (found !== undefined) return foundIn(found, to);
  const number = to.isSecretNumber ? at(NUMBER, text, to.after) : undefined;
  return number === undefined ? onlyWord(text, to) : foundIn(number, to);
}

function afterEquals(text: string, to: Assignment): Found | undefined {
  const plain = at(to.separator === "=" ? PLAIN : ESCAPED, text, to.after);
  if (plain === undefined) return onlyWord(text, to);
  const found = foundIn(plain, to);
  // A scheme goes with what it names.
  return found && { ...found, start: to.after };
}

/** `password: hunter2`, with nothing before it in its line and nothing after it. */
function onlyWord(text: string, to: Assignment): Found | undefined {
  if (!BEGINS_LINE.test(text.slice(Math.max(0, to.start - MOST_BEFORE), to.start))) return undefined;
  const only = at(ONLY, text, to.after);
  return only === undefined || IS_SAID.test(trimmed(only[1] ?? "")) ? undefined : foundIn(only, to);
}

/** But for what closes the sentence or the brackets that the value stands in. */
function foundIn([all, value = ""]: RegExpExecArray, { after, name }: Assignment): Found | undefined {
  const secret = trimmed(value);
  if (standsForAnother(secret) || isColumn(secret, name) || isWorkingDirectory(name, secret))
    return undefined;
  const start = after + all.length - value.length;
  return { start, end: start + secret.length };
}

/** `token=t2.token`, of another table or object. */
function isColumn(value: string, name: string): boolean {
  const column = value.slice(value.lastIndexOf(".") + 1);
  return column.length < value.length && name.endsWith(column) && /^[A-Za-z_][\w.]*$/.test(value);
}

function trimmed(value: string): string {
  return value.replace(/[,)\]}.]{1,8}$/, "");
}

function at(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place;
  return pattern.exec(text) ?? undefined;
}
