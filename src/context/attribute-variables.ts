import type { Attributes, Context as ApiContext } from "@opentelemetry/api";
import { define } from "../core/attribute-value.ts";
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
  all: [] as readonly AttributeVariable[],
  count: 0,
}));

export function declareAttribute(variable: AttributeVariable): void {
  declared.byKey.set(variable.key, variable);
  declared.all = [...declared.byKey.values()];
  declared.count++;
}

/** HOT: mostly there are none. What the context's variables say; undefined where there are no such variables. */
export function contextAttributes(context: ApiContext): Attributes | undefined {
  if (declared.all.length === 0) return undefined;
  const own = capture(context);
  const attributes: Record<string, unknown> = {};
  for (const { key, valueIn } of declared.all) define(attributes, key, valueIn(own));
  return attributes as Attributes;
}

/** Those of the variables whose attributes are among these keys. */
export function attributeVariablesAmong(keys: ReadonlySet<string>): readonly AttributeVariable[] {
  return declared.all.filter(({ key }) => keys.has(key));
}

/** Another number after each declaration. */
export function attributeVariableCount(): number {
  return declared.count;
}
