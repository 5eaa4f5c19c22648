/** Whether it is to be awaited. Never throws: a getter may. */
export function isThenable(value: unknown): boolean {
  try {
    return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
  } catch {
    return false;
  }
}
