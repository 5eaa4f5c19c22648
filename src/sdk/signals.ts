import { runOutside } from "../context/suppression.ts";
import type { Telemetry } from "./telemetry.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Flushes at the signals that end a process. Where nobody else listens, the signal is raised again afterwards, or at its
 * second coming, so that the process ends as it would have; where somebody does, they decide, and what they still finish
 * leaves at once.
 *
 * @param budget the longest that the end may wait for the flush, in ms
 * @returns takes the listeners away
 */
export function flushAtSignals(telemetry: Telemetry, budget: number, hurry: () => void): () => void {
  // Workers get no signals.
  if (!process.getBuiltinModule("node:worker_threads").isMainThread) return () => {};
  const ends = SIGNALS.map((signal) => {
    let isFlushing = false;
    const end = (): void => void process.off(signal, onSignal);
    const onSignal = (): void => {
      const isAlone = process.listenerCount(signal) === 1;
      if (isAlone && isFlushing) return raise(signal, end);
      isFlushing = true;
      hurry();
      void telemetry.flush({ timeout: budget }).then(() => {
        if (isAlone) raise(signal, end);
        isFlushing = false;
      });
    };
    // Node calls all listeners, the host's too, in the context in which the first was added.
    runOutside(() => process.on(signal, onSignal));
    return end;
  });
  return () => {
    for (const end of ends) end();
  };
}

function raise(signal: Signal, end: () => void): void {
  end();
  process.kill(process.pid, signal);
}
