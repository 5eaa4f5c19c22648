import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes in use after two collections: memory of buffers is given back by the second. */
function held(): NodeJS.MemoryUsage {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage();
}

export function heldByBuffers(): number {
  return held().arrayBuffers;
}

export function heldByObjects(): number {
  return held().heapUsed;
}
