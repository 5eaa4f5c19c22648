import { report } from "../core/diagnostics.ts";
import { callerPlace, callerStack } from "../core/place.ts";
import { currentContext } from "./current.ts";
import { INDEXED } from "./scope.ts";

/** Where variables were made within an operation; forgotten once one place was seen twice. */
let places: Set<string> | undefined = new Set();

/**
 * Reports variables that are made again and again: at the same place within operations, or more than a thousand in all.
 * A variable is made once, at module level.
 */
export function watchForHotPath(name: string, count: number): void {
  if (count > INDEXED || isMadeAgain())
    report(
      "variables_in_hot_path",
      () =>
        `context variable "${name}" is made again and again; make it once, at module level (${callerPlace()})`,
    );
}

function isMadeAgain(): boolean {
  if (places === undefined || currentContext().scope === undefined) return false;
  const place = callerStack().join();
  // Error.stackTraceLimit may be 0.
  if (place === "") return false;
  if (!places.has(place)) {
    places.add(place);
    return false;
  }
  places = undefined;
  return true;
}
