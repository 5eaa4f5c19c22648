import { report } from "../core/diagnostics.ts";
import { callerPlace } from "../core/place.ts";
import type { Binding } from "./scope.ts";
import type { SpanFrame } from "./span-frame.ts";

/**
 * Reports a value that one operation has set and another, which runs beside it, reads or sets: they share a scope, as
 * over a bare Promise.all, and see each other's. Operations without a span of their own cannot be told apart.
 */
export function reportIfCrossed(
  act: "reads" | "sets",
  name: string,
  { setIn }: Binding,
  frame: SpanFrame | undefined,
): void {
  if (setIn === undefined || frame === undefined || !setIn.isRunning || !setIn.isBeside(frame)) return;
  report(
    "values_crossed",
    () =>
      `span ${nameOf(frame)} ${act} context variable "${name}", which span ${nameOf(setIn)} has set beside it and still runs: they share one scope, so each sees the other's. gather() and scope() give each its own (${callerPlace()})`,
  );
}

function nameOf({ span }: SpanFrame): string {
  const { name } = span as { readonly name?: unknown };
  return typeof name === "string" ? `"${name}"` : "without a name";
}
