import { ContextVariable } from "../context/context-variable.ts";

/** By the resource that each stands in for, in the current scope. */
export const standIns: ContextVariable<ReadonlyMap<object, unknown>> = new ContextVariable("resources", {
  defaultValue: new Map(),
});
