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
  try {
    return new Redactor(checked(given ?? {}));
  } catch (thrown) {
    report("invalid_configuration", `redact could not be read (${describe(thrown)}): ${SHAPE}`);
    return new Redactor();
  }
}

const SHAPE = "it is false or { keys: texts and patterns, values: patterns, allow: texts }";

function checked(given: object): RedactionOptions {
  const { keys, values, allow, ...unknown } = Object(given) as Record<keyof RedactionOptions, unknown>;
  if (typeof given !== "object" || isArray(given) || Object.keys(unknown).length > 0)
    report("invalid_configuration", `redact is not understood: ${SHAPE}`);
  return {
    keys: listOf("keys", keys, isKey),
    values: listOf("values", values, isRegExp),
    allow: listOf("allow", allow, isText),
  };
}

function listOf<Element>(
  name: string,
  given: unknown,
  isOne: (value: unknown) => value is Element,
): readonly Element[] {
  const elements = isArray(given) ? given : [];
  const understood = elements.filter(isOne);
  if ((given !== undefined && !isArray(given)) || understood.length < elements.length)
    report("invalid_configuration", `redact.${name} is not understood: ${SHAPE}`);
  return understood;
}
