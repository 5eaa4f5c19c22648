import { ThroughlineError } from "../core/errors.ts";

/** What a variable keeps of a value that is set: the value itself, a copy of it, or itself frozen to the bottom. */
export type Keeps = "itself" | "copy" | "frozen";

/**
 * The value as a variable keeps it.
 *
 * @throws ThroughlineError THR_VALUE_NOT_KEPT where it cannot be copied or frozen
 */
export function keptValue<Value>(keeps: Keeps, value: Value, subject: string): Value {
  try {
    if (keeps === "copy") return structuredClone(value);
    if (keeps === "frozen") freezeAll(value);
    return value;
  } catch (cause) {
    const error = new ThroughlineError("THR_VALUE_NOT_KEPT", subject);
    error.cause = cause;
    throw error;
  }
}

/** Freezes an object and all that it holds; what lies in a Map, a Set, bytes or behind a getter stays as it is. */
function freezeAll(root: unknown): void {
  const seen = new Set<object>();
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue;
    seen.add(value);
    Object.freeze(value);
    for (const key of Reflect.ownKeys(value)) left.push(Reflect.getOwnPropertyDescriptor(value, key)?.value);
  }
}
