import { clearInterval, setImmediate, setInterval } from "node:timers";
import { runOutside } from "../context/suppression.ts";
import { LONGEST_WAIT } from "../core/deadline.ts";
import { processWide } from "../core/process-wide.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
type Signal = (typeof SIGNALS)[number];

/** What is still done when a signal is to end the process. */
export interface Ending {
  /** Resources are stopped before telemetry is flushed: what they do as they stop is seen too. */
  readonly of: "resources" | "telemetry";
  /** Whether it is still starting, and what starts meanwhile may be a part of it. */
  readonly isStarting?: boolean;
  /** Called for all as the signal comes, before any is ended. */
  readonly hurry?: () => void;
  /** Never rejects. */
  readonly end: () => Promise<unknown>;
}

/** Of all copies of this package: whichever listens ends what the others have begun. */
const state = processWide("endings", () => ({
  endings: new Set<Ending>(),
  listeners: new Map<Signal, () => void>(),
  isProcessEnding: false,
}));

/** Whether a signal is about to end the process, for nobody else has a say. */
export function isProcessEnding(): boolean {
  return state.isProcessEnding;
}

/**
 * Ends something at the signals that end a process. Where nobody else listens, the signal is raised again afterwards, or
 * at its second coming, so that the process ends as it would have; where somebody does, they decide, and what they still
 * finish leaves at once.
 *
 * @returns takes it out again
 */
export function endAtSignals(ending: Ending): () => void {
  // Workers get no signals.
  if (!process.getBuiltinModule("node:worker_threads").isMainThread) return () => {};
  state.endings.add(ending);
  for (const signal of SIGNALS) if (!state.listeners.has(signal)) listen(signal);
  return () => {
    state.endings.delete(ending);
    if (state.endings.size === 0) SIGNALS.forEach(unlisten);
  };
}

function listen(signal: Signal): void {
  let isEnding = false;
  const onSignal = (): void => {
    const isAlone = decidingListeners(signal) === 0;
    if (isAlone && isEnding) return raise(signal);
    isEnding = true;
    state.isProcessEnding = isAlone;
    for (const { hurry } of state.endings) hurry?.();
    // Until then the process has something to wait for.
    const wait = setInterval(() => {}, LONGEST_WAIT);
    void endAll().then(() => {
      clearInterval(wait);
      isEnding = false;
      // Whoever waits for a stop has the last word.
      if (isAlone) setImmediate(raise, signal);
    });
  };
  state.listeners.set(signal, onSignal);
  // Before the host's: one that listens once is gone by the time that those behind it are called. Node calls all
  // listeners, the host's too, in the context in which the first was added.
  runOutside(() => process.prependListener(signal, onSignal));
}

function unlisten(signal: Signal): void {
  const listener = state.listeners.get(signal);
  if (listener === undefined) return;
  process.off(signal, listener);
  state.listeners.delete(signal);
}

/** What has begun last ends first; but what is still starting before what may be a part of it. */
async function endAll(): Promise<void> {
  const ended = new Set<Ending>();
  for (let next = nextOf(ended); next !== undefined; next = nextOf(ended)) {
    ended.add(next);
    await next.end();
  }
  const telemetries = [...state.endings].filter((ending) => ending.of === "telemetry");
  await Promise.all(telemetries.map((ending) => ending.end()));
}

function nextOf(ended: ReadonlySet<Ending>): Ending | undefined {
  const left = [...state.endings].filter((ending) => ending.of === "resources" && !ended.has(ending));
  return left.find((ending) => ending.isStarting === true) ?? left.at(-1);
}

/** How many listeners its copies have, as each of its versions keeps it. */
interface SignalExit {
  readonly count?: number;
}
const SIGNAL_EXIT = Symbol.for("signal-exit emitter");

/**
 * Without ours. Those of signal-exit, which many command-line libraries bring along, raise the signal again where nobody
 * else listens, as ours do: two that wait for each other would keep the process for ever.
 */
function decidingListeners(signal: Signal): number {
  const { __signal_exit_emitter__: version3 } = process as { __signal_exit_emitter__?: SignalExit };
  const version4 = (globalThis as { [SIGNAL_EXIT]?: SignalExit })[SIGNAL_EXIT];
  const polite = (version3?.count ?? 0) + (version4?.count ?? 0);
  const own = state.listeners.has(signal) ? 1 : 0;
  return process.listenerCount(signal) - own - polite;
}

function raise(signal: Signal): void {
  unlisten(signal);
  process.kill(process.pid, signal);
  // Somebody listens now who did not before.
  setImmediate(() => (state.isProcessEnding = false));
}
