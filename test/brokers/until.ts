import { setTimeout as sleep } from "node:timers/promises";

/** Waits for what is bound to happen soon; whoever waits for nothing fails. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`it never came to be so: ${String(isSo)}`);
    await sleep(10);
  }
}
