import { isPromise } from "node:util/types";

/** A plugin's method that is to be synchronous may still be written as async: its rejection is not the host's. */
export function ignoreRejection(result: unknown, failed: (reason: unknown) => void = () => {}): void {
  if (isPromise(result)) result.catch(failed);
}
