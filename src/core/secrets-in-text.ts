import { withoutAssigned, withoutEnclosed } from "./assigned-secrets.ts";
import { type IsSecretName, isOneWord } from "./assigned-values.ts";
import { withoutCardNumbers } from "./card-numbers.ts";
import { REDACTED } from "./redacted.ts";
import { ASSIGNS, CAPITAL, DIGIT, JOINS, MANY_DIGITS, SPACE, textLooks } from "./text-looks.ts";

/** No shorter text holds a secret with what tells that it is one: `pwd=1234`. */
const SHORTEST = 8;

/** Where nothing but the secret itself tells: a card's number. */
const SHORTEST_BARE = 13;

// HOT. What the rules begin with, as nearly all texts have nothing of it. Apart, for V8 looks for a few beginnings many
// times faster than for all of them at once.
const SCHEME_NAME = /bearer|basic/i;
const CAPITAL_TOKEN = /eyJ|A[KS]IA|AIza|SG\./;
const FORGE_TOKEN = /gh[oprsu]_|_pat_|k_live_|k_test_|glpat-|xox[a-z]-/;
const OTHER_TOKEN = /npm_|hf_|sk-/;

/** Tokens that tell by themselves what they are: of AWS, GitHub, GitLab, Slack, Stripe, Google, npm, OpenAI and others. */
const TOKENS = [
  "(?<!\\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\\w)",
  "gh[oprsu]_[A-Za-z0-9]{20,}",
  "github_pat_\\w{20,}",
  "glpat-[\\w-]{20,}",
  "xox[a-z]-[\\w-]{10,}",
  "[rs]k_(?:live|test)_\\w{10,}",
  "AIza[\\w-]{35}",
  "ya29\\.[\\w-]{20,}",
  "npm_[A-Za-z0-9]{30,}",
  "hf_[A-Za-z0-9]{30,}",
  "(?<![\\w-])sk-(?=[a-z-]*[A-Z0-9])[\\w-]{20,}",
  "(?<![\\w-])SG\\.[\\w-]{16,64}\\.[\\w-]{16,}",
  // A JSON web token: header and payload are JSON objects in base64url.  (RFC 7519)
  "(?:(?<![\\w-])|(?<=%[0-9A-F]{2}))eyJ[\\w-]{5,}\\.eyJ[\\w-]{5,}(?:\\.[\\w-]*){0,3}",
];
const TOKEN = new RegExp(TOKENS.join("|"), "g");

/** Who calls by a URL.  (RFC 3986, 3.2.1) */
const USER_AND_PASSWORD = /:\/\/[^\s/?#"'<>\\:@]*:[^\s/?#"'<>\\]*@/g;
const TOKEN_AS_USER = /(?<=https?):\/\/[^\s/?#"'<>\\:@]+@/g;

/** (RFC 6750, RFC 7617) */
const SCHEME = /\b(bearer|basic)((?: |%20|\+){1,4})([\w.~+/%-]{8,}=*)/gi;

/** To its end, or that of the text, which may have been cut.  (RFC 7468) */
const PRIVATE_KEY =
  /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)[^]*?(-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----|$)/g;

const OPTION = /(^|\s)(--[\w.-]{2,64}) +("[^"]*"|'[^']*'|[^\s-]\S*)/g;

/** What escapes: `://`, a quote, or an escape itself. */
const WITHIN_ESCAPES = /%(?:3A%2F%2F|2[25])/i;
const PERHAPS_ESCAPED = /[^\s&=?#;"'<>]+/g;

const ESCAPED_OCTET = /%[\dA-Fa-f]{2}/g;

/** Escapes of escapes are looked through so many times. */
const DEEPEST = 3;

/** A text without the secrets in it; the same text where it has none. Takes time in proportion to its length, whatever it is. */
export function withoutSecrets(text: string, isSecretName: IsSecretName, depth = 0): string {
  if (text.length < SHORTEST) return text;
  const looks = textLooks(text);
  let safe = (looks & ASSIGNS) === 0 ? text : withoutNamed(text, isSecretName, depth);
  if (text.length < SHORTEST_BARE) return safe;
  if ((looks & SPACE) !== 0 && SCHEME_NAME.test(safe)) safe = safe.replaceAll(SCHEME, withoutCredentials);
  if (mayHoldToken(safe, looks)) safe = safe.replaceAll(TOKEN, REDACTED);
  return (looks & MANY_DIGITS) === 0 ? safe : withoutCardNumbers(safe);
}

function mayHoldToken(text: string, looks: number): boolean {
  return (
    ((looks & CAPITAL) !== 0 && CAPITAL_TOKEN.test(text)) ||
    ((looks & JOINS) !== 0 && (FORGE_TOKEN.test(text) || OTHER_TOKEN.test(text))) ||
    ((looks & DIGIT) !== 0 && text.includes("ya29."))
  );
}

/** Without the secrets that something before or after them tells. */
function withoutNamed(text: string, isSecretName: IsSecretName, depth: number): string {
  let safe = text.includes("@") && text.includes("://") ? withoutUserInfo(text) : text;
  if (safe.includes("--"))
    safe = withoutOptions(safe.replaceAll(PRIVATE_KEY, `$1${REDACTED}$2`), isSecretName);
  if (safe.includes("</")) safe = withoutEnclosed(safe, isSecretName);
  safe = withoutAssigned(safe, isSecretName);
  return WITHIN_ESCAPES.test(safe) ? withoutEscaped(safe, isSecretName, depth) : safe;
}

/** Whole words, whose secrets are found once they are decoded: JSON in a query, a URL in a URL. */
function withoutEscaped(text: string, isSecretName: IsSecretName, depth: number): string {
  if (depth >= DEEPEST) return text;
  return text.replaceAll(PERHAPS_ESCAPED, (word) => {
    if (!WITHIN_ESCAPES.test(word)) return word;
    const plain = word.replaceAll(ESCAPED_OCTET, unescaped);
    return withoutSecrets(plain, isSecretName, depth + 1) === plain ? word : REDACTED;
  });
}

/** No more than looked at: octets of letters that have several are as good, and a word may be cut. */
function unescaped(octet: string): string {
  return String.fromCharCode(Number.parseInt(octet.slice(1), 16));
}

function withoutUserInfo(text: string): string {
  return text
    .replaceAll(USER_AND_PASSWORD, `://${REDACTED}:${REDACTED}@`)
    .replaceAll(TOKEN_AS_USER, `://${REDACTED}@`);
}

/** `--token abc`, as commands are given options. */
function withoutOptions(text: string, isSecretName: IsSecretName): string {
  return text.replaceAll(OPTION, (all: string, before: string, option: string) =>
    isSecretName(option, "parameter") ? `${before}${option} ${REDACTED}` : all,
  );
}

/** Not of prose, "bearer certificates", "Basic authentication", nor of a challenge, `Bearer realm="example"`. */
function withoutCredentials(
  all: string,
  scheme: string,
  space: string,
  credentials: string,
  place: number,
  text: string,
): string {
  const isParameter = all.endsWith("=") && text[place + all.length] === '"';
  const isSecret = /bearer/i.test(scheme) ? !isOneWord(credentials) : isUserAndPassword(credentials);
  return isSecret && !isParameter ? `${scheme}${space}${REDACTED}` : all;
}

function isUserAndPassword(credentials: string): boolean {
  return /^[^\p{C}:]*:\P{C}*$/u.test(Buffer.from(credentials, "base64").toString());
}
