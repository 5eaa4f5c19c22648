import { processWide } from "../core/process-wide.ts";
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
    const end = (): void => {
      process.off(signal, onSignal);
      own.delete(onSignal);
    };
    const onSignal = (): void => {
      const isAlone = decidingListeners(signal) === 0;
      if (isAlone && isFlushing) return raise(signal, end);
      isFlushing = true;
      hurry();
      void telemetry.flush({ timeout: budget }).then(() => {
        isFlushing = false;
        if (!isAlone) return;
        end();
        // The last of ours, where one began as another was shut down.
        if (ownListeners(signal) === 0) raise(signal, end);
      });
    };
    // Before the host's: one that listens once is gone by the time that those behind it are called. Node calls all
    // listeners, the host's too, in the context in which the first was added.
    runOutside(() => process.prependListener(signal, onSignal));
    own.add(onSignal);
    return end;
  });
  return () => {
    for (const end of ends) end();
  };
}

/** How many listeners its copies have, as each of its versions keeps it. */
interface SignalExit {
  readonly count?: number;
}
const SIGNAL_EXIT = Symbol.for("signal-exit emitter");

const own = processWide("signal listeners", () => new Set<() => void>());

function ownListeners(signal: Signal): number {
  return process.listeners(signal).filter((listener) => own.has(listener as () => void)).length;
}

/**
 * Without ours. Those of signal-exit, which many command-line libraries bring along, raise the signal again where nobody
 * else listens, as ours do: two that wait for each other would keep the process for ever.
 */
function decidingListeners(signal: Signal): number {
  const { __signal_exit_emitter__: version3 } = process as { __signal_exit_emitter__?: SignalExit };
  const version4 = (globalThis as { [SIGNAL_EXIT]?: SignalExit })[SIGNAL_EXIT];
  const polite = (version3?.count ?? 0) + (version4?.count ?? 0);
  return process.listenerCount(signal) - ownListeners(signal) - polite;
}

function raise(signal: Signal, end: () => void): void {
  end();
  process.kill(process.pid, signal);
}
