import type { Attributes, Context as ApiContext } from "@opentelemetry/api";
import { define } from "../core/attribute-value.ts";
import { quote, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";
import type { Context } from "./context.ts";
import { capture } from "./current.ts";

/** A context variable whose value is an attribute of what is made under it.  (OTEP 4931: Context-scoped Attributes) */
export interface AttributeVariable {
  readonly key: string;
  readonly valueIn: (context: Context) => unknown;
}

/** Of all copies of this package, by key: the last that was declared counts. */
const declared = processWide("attribute-variables", () => ({
  byKey: new Map<string, AttributeVariable>(),
  /** Another list after each declaration. */
  all: [] as readonly AttributeVariable[],
}));

export function declareAttribute(variable: AttributeVariable): void {
  if (declared.byKey.has(variable.key))
    report(
      "invalid_configuration",
      `two context variables have the attribute ${quote(variable.key)}: the one that was declared last is stamped`,
    );
  declared.byKey.set(variable.key, variable);
  declared.all = [...declared.byKey.values()];
}

/** HOT: mostly there are none. What the context's variables say; undefined where there are no such variables. */
export function contextAttributes(context: ApiContext): Attributes | undefined {
  if (declared.all.length === 0) return undefined;
  const own = capture(context);
  const attributes: Record<string, unknown> = {};
  for (const { key, valueIn } of declared.all) define(attributes, key, valueIn(own));
  return attributes as Attributes;
}

/** All of them: another list after each declaration. */
export function attributeVariables(): readonly AttributeVariable[] {
  return declared.all;
}
