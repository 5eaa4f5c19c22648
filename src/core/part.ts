import { report } from "./diagnostics.ts";
import { nounFor } from "./noun.ts";

/** A part that others have made, known by its methods; undefined for none, and for what lacks one, which is reported. */
export function partOf<Part extends object>(
  name: string,
  part: Part | undefined,
  ...methods: (keyof Part & string)[]
): Part | undefined {
  if (part === undefined) return undefined;
  const missing = methods.filter((method) => !hasMethod(part, method));
  if (missing.length === 0) return part;
  const hint = typeof part === "function" ? "call it, or make one with new" : "it is left out";
  report("invalid_configuration", `${name} is ${nounFor(part)} without ${missing.join(", ")}; ${hint}`);
  return undefined;
}

/** Null has none, nor has what throws where it is read. */
function hasMethod(part: object, method: string): boolean {
  try {
    return typeof (part as Record<string, unknown>)[method] === "function";
  } catch {
    return false;
  }
}
