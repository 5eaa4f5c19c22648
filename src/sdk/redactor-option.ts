import { isRegExp } from "node:util/types";
import { describe, report } from "../core/diagnostics.ts";
import { isArray } from "../core/noun.ts";
import { type RedactionOptions, Redactor } from "../core/redaction.ts";
import { wordsOf } from "../core/sensitive-keys.ts";

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Of words, or a pattern of the whole key. */
const isKey = (value: unknown): value is string | RegExp =>
  isRegExp(value) || (isText(value) && wordsOf(value).length > 0);

/** By what the option says; undefined for false. What it says wrongly is reported and left out: the rest is redacted all the same. */
export function redactorOption(given: unknown): Redactor | undefined {
  if (given === false) return undefined;
  return new Redactor(checked(given ?? {}));
}

const SHAPE = "it is false or { keys: texts and patterns, values: patterns, allow: texts }";
const PARTS: ReadonlySet<string> = new Set(["keys", "values", "allow"]);

function checked(given: unknown): RedactionOptions {
  if (!isShaped(given)) report("invalid_configuration", `redact is not understood: ${SHAPE}`);
  const of = Object(given) as Record<keyof RedactionOptions, unknown>;
  return {
    keys: listOf("keys", () => of.keys, isKey),
    values: listOf("values", () => of.values, isRegExp),
    allow: listOf("allow", () => of.allow, isText),
  };
}

function isShaped(given: unknown): boolean {
  try {
    const isObject = typeof given === "object" && given !== null && !isArray(given);
    return isObject && Object.keys(given).every((name) => PARTS.has(name));
  } catch {
    return false;
  }
}

/** What can be read of a part, and is one of its kind; each by itself, for one that fails is not to take the others with it. */
function listOf<Element>(
  name: string,
  read: () => unknown,
  isOne: (value: unknown) => value is Element,
): readonly Element[] {
  const understood: Element[] = [];
  try {
    const given = read();
    const elements: readonly unknown[] = isArray(given) ? given : [];
    for (let place = 0; place < elements.length; place++)
      understood.push(...oneOf(name, () => elements[place], isOne));
    if (given !== undefined && !isArray(given))
      report("invalid_configuration", `redact.${name} is not understood: ${SHAPE}`);
  } catch (thrown) {
    reportUnread(name, thrown);
  }
  return understood;
}

function oneOf<Element>(
  name: string,
  read: () => unknown,
  isOne: (value: unknown) => value is Element,
): readonly Element[] {
  try {
    const value = read();
    // A pattern is copied here, where it may fail, and not with all others.
    const own = isRegExp(value) ? new RegExp(value.source, value.flags) : value;
    if (isOne(own)) return [own];
    report("invalid_configuration", `redact.${name} is not understood: ${SHAPE}`);
  } catch (thrown) {
    reportUnread(name, thrown);
  }
  return [];
}

function reportUnread(name: string, thrown: unknown): void {
  report("invalid_configuration", `redact.${name} could not be read (${describe(thrown)}): ${SHAPE}`);
}
