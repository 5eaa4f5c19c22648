import type { Attributes } from "@opentelemetry/api";
import { type AnyValue, define } from "./attribute-value.ts";
import type { AttributeList } from "./attributes.ts";
import { REDACTED } from "./redacted.ts";
import type { Assigned } from "./assigned-values.ts";
import { withoutSecrets } from "./secrets-in-text.ts";
import {
  hasOneOf,
  isWorkingDirectory,
  mayNameSecret,
  namesSecret,
  namesSecretNumber,
  namesSecretParameter,
  wordsOf,
} from "./sensitive-keys.ts";

/** What is taken out of telemetry besides the secrets that are known, and what is not. */
export interface RedactionOptions {
  /** Attributes whose value is taken out whole: words within their key ("email", "card holder"), or patterns of the key. */
  readonly keys?: readonly (string | RegExp)[] | undefined;
  /** Patterns of what is taken out of texts. */
  readonly values?: readonly RegExp[] | undefined;
  /** Keys of attributes that stay as they are, whole and whatever is in them. */
  readonly allow?: readonly string[] | undefined;
}

/** Programs use a few hundred keys; where they are made up at run time, what is known of them is forgotten at this many. */
const MOST_KEYS = 1024;

/** Longer keys, and longer texts, are looked at anew each time … */
const LONGEST_KEPT = 160;

/** … as are the texts of a key that has had so many different ones: most are new. The three bound the memory. */
const MOST_TEXTS = 8;

/** What is known of a key. */
interface Verdict {
  readonly key: string;
  /** Itself without secrets. */
  readonly safeKey: string;
  readonly isAllowed: boolean;
  readonly isSecret: boolean;
  /** The same of a number. */
  readonly isSecretNumber: boolean;
  /** The texts that it had and that held no secret. A list: to compare with a few is faster than a hash of each. */
  clean: string[] | undefined;
}

/** Whether what is assigned to a name within a text is a secret. */
type NameVerdict = Readonly<Record<Assigned, boolean>>;

/** Nothing else: of an option, a header. */
const NAME = /^-{0,2}[A-Za-z][\w.-]{0,63}$/;

const NOTHING: readonly never[] = [];

/** Takes secrets out of what is to leave the process: what has the key of one, and what looks like one within texts. */
export class Redactor {
  /** For another that is to do the same, in another thread perhaps. */
  readonly options: RedactionOptions;
  readonly #words: readonly (readonly string[])[];
  readonly #keys: readonly RegExp[];
  readonly #values: readonly RegExp[];
  readonly #allowed: ReadonlySet<string>;
  readonly #verdicts = new Map<string, Verdict>();
  /** Of the keys of the list before: that of a span of the same shape has them at the same places. */
  readonly #atPlace: Verdict[] = [];
  readonly #cleanNames = new Set<string>();
  /** Of the names within texts that are secrets' or look like it. Not with the keys, which made up ones would displace. */
  readonly #names = new Map<string, NameVerdict>();
  readonly #isSecretName = (name: string, assigned: Assigned): boolean => {
    if (!mayNameSecret(name) && !this.#isOwn(name)) return false;
    return (this.#names.get(name) ?? this.#judgeName(name))[assigned];
  };

  /** Patterns are its own from then on: none keeps a place between two uses. */
  constructor({ keys = NOTHING, values = NOTHING, allow = NOTHING }: RedactionOptions = {}) {
    const words = keys.filter((key) => typeof key === "string");
    this.#words = words.map(wordsOf);
    this.#keys = keys.filter((key) => typeof key !== "string").map((key) => withFlags(key, ""));
    this.#values = values.map((pattern) => withFlags(pattern, "g"));
    this.#allowed = new Set(allow);
    this.options = { keys: [...words, ...this.#keys], values: this.#values, allow: [...allow] };
  }

  /** HOT. Those of a flat list, in place. */
  list(list: AttributeList): void {
    for (let index = 0; index < list.length; index += 2) {
      const value = list[index + 1];
      if (value === undefined) continue;
      const key = list[index] as string;
      const place = index >> 1;
      let verdict = this.#atPlace[place];
      if (verdict === undefined || verdict.key !== key) this.#atPlace[place] = verdict = this.#verdictOf(key);
      const safe = this.#judged(value, verdict);
      if (safe !== value) list[index + 1] = safe;
      if (verdict.safeKey !== key) list[index] = verdict.safeKey;
    }
  }

  /** Those of an object: the same object where nothing is to be taken out. */
  attributes<Given extends Attributes | Readonly<Attributes>>(attributes: Given): Given {
    return this.#map(attributes as { readonly [key: string]: AnyValue }) as Given;
  }

  /** HOT. One attribute's value; the same where nothing is to be taken out. */
  redact(key: string, value: AnyValue): AnyValue {
    return this.#judged(value, this.#verdictOf(key));
  }

  #judged(value: AnyValue, verdict: Verdict): AnyValue {
    if (typeof value === "boolean") return value;
    if (verdict.isAllowed) return value;
    if (verdict.isSecret) return isNoSecret(value, verdict) ? value : redacted(value);
    if (typeof value === "number") return value;
    if (typeof value !== "string") return this.value(value);
    return this.#known(value, verdict);
  }

  /** HOT. A span's name: a program has some hundreds. */
  name(name: string): string {
    if (this.#cleanNames.has(name)) return name;
    const safe = this.text(name);
    if (safe !== name || name.length > LONGEST_KEPT) return safe;
    if (this.#cleanNames.size >= MOST_KEYS) this.#cleanNames.clear();
    this.#cleanNames.add(name);
    return name;
  }

  /** A value that has no key: a log's body, an element. */
  value(value: AnyValue): AnyValue {
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    return isList(value) ? this.#elements(value) : this.#map(value);
  }

  /** A text without what looks like a secret in it. One that is too long to be looked through is taken out whole. */
  text(text: string): string {
    try {
      const safe = withoutSecrets(text, this.#isSecretName);
      return this.#values.length === 0 ? safe : this.#withoutOwn(safe);
    } catch {
      return REDACTED;
    }
  }

  #withoutOwn(text: string): string {
    return this.#values.reduce(
      (kept, pattern) => kept.replaceAll(pattern, (found) => found && REDACTED),
      text,
    );
  }

  /** A text of a key, or the like, of which it is known which of its texts are clean. */
  #known(text: string, verdict: Pick<Verdict, "clean">): string {
    const { clean } = verdict;
    if (clean === undefined) return this.text(text);
    for (let place = 0; place < clean.length; place++) if (clean[place] === text) return text;
    const safe = this.text(text);
    if (safe === text && text.length <= LONGEST_KEPT && clean.push(text) > MOST_TEXTS)
      verdict.clean = undefined;
    return safe;
  }

  #elements(elements: readonly (AnyValue | undefined)[]): AnyValue {
    let copy: (AnyValue | undefined)[] | undefined;
    let before: AnyValue | undefined;
    const arePairs = elements.length % 2 === 0;
    for (const [index, element] of elements.entries()) {
      const isSecret = this.#isNamedBy(before, element, arePairs && index % 2 === 1);
      const safe = element && (isSecret ? redacted(element) : this.value(element));
      if (safe !== element) (copy ??= [...elements])[index] = safe;
      before = element;
    }
    return copy ?? elements;
  }

  /** What follows `--token` in the arguments of a command is one, and what follows `x-api-key` in a list of pairs. */
  #isNamedBy(before: AnyValue | undefined, element: AnyValue | undefined, isSecondOfPair: boolean): boolean {
    if (typeof before !== "string" || !NAME.test(before)) return false;
    return isOption(before)
      ? !isOption(element) && this.#isSecretName(before, "parameter")
      : isSecondOfPair && this.#isSecretName(before, "value");
  }

  #map(map: { readonly [key: string]: AnyValue }): { readonly [key: string]: AnyValue } {
    let copy: Record<string, AnyValue> | undefined;
    for (const key of Object.keys(map)) {
      const value = map[key];
      if (value === undefined) continue;
      const verdict = this.#verdictOf(key);
      if (verdict.safeKey !== key) return this.#renamed(map);
      const safe = this.#judged(value, verdict);
      if (safe !== value) define((copy ??= { ...map }), key, safe);
    }
    return copy ?? map;
  }

  /** With keys that are without secrets themselves. */
  #renamed(map: { readonly [key: string]: AnyValue }): { readonly [key: string]: AnyValue } {
    const copy: Record<string, AnyValue> = {};
    for (const [key, value] of Object.entries(map))
      define(copy, this.#verdictOf(key).safeKey, value && this.redact(key, value));
    return copy;
  }

  #verdictOf(key: string): Verdict {
    return this.#verdicts.get(key) ?? this.#judge(key);
  }

  #judge(key: string): Verdict {
    const isOwn = this.#isOwn(key);
    const isAllowed = this.#allowed.has(key);
    const verdict: Verdict = {
      key,
      safeKey: isAllowed ? key : this.text(key),
      isAllowed,
      isSecret: isOwn || namesSecret(key),
      isSecretNumber: isOwn || namesSecretNumber(key),
      clean: [],
    };
    if (key.length > LONGEST_KEPT) return verdict;
    if (this.#verdicts.size >= MOST_KEYS) this.#verdicts.clear();
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #judgeName(name: string): NameVerdict {
    const isAllowed = this.#allowed.has(name);
    const isOwn = this.#isOwn(name);
    const value = !isAllowed && (isOwn || namesSecret(name));
    const verdict: NameVerdict = {
      value,
      parameter: value || (!isAllowed && namesSecretParameter(name)),
      number: value && (isOwn || namesSecretNumber(name)),
    };
    if (this.#names.size >= MOST_KEYS) this.#names.clear();
    this.#names.set(name, verdict);
    return verdict;
  }

  /** By what was asked for. */
  #isOwn(key: string): boolean {
    return this.#keys.some((pattern) => pattern.test(key)) || hasOneOf(key, this.#words);
  }
}

/** A count of what is no secret by itself, or where a shell is. */
function isNoSecret(value: AnyValue, { key, isSecretNumber }: Verdict): boolean {
  return typeof value === "number"
    ? !isSecretNumber
    : typeof value === "string" && isWorkingDirectory(key, value);
}

/** Of a list its kind stays; null and booleans are no secrets. */
function redacted(value: AnyValue): AnyValue {
  if (value === null || typeof value === "boolean") return value;
  return isList(value) ? [REDACTED] : REDACTED;
}

function isOption(element: AnyValue | undefined): boolean {
  return typeof element === "string" && element.startsWith("-");
}

function isList(value: AnyValue): value is readonly (AnyValue | undefined)[] {
  return Array.isArray(value);
}

/** The same pattern, without a place where it goes on. */
function withFlags({ source, flags }: RegExp, more: string): RegExp {
  return new RegExp(source, flags.replaceAll(/[gy]/g, "") + more);
}
