import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import { runSuppressed } from "../context/suppression.ts";
import { Fifo } from "./fifo.ts";

/** How long all recorders of this thread keep the event loop waiting at a time, in ms. */
const SLICE = 10;

/** Work that is done bit by bit. Neither method throws. */
export interface SlicedWork {
  /** Does a bit of it; false when nothing is left for now. */
  step(): boolean;
  /** After its last step in a slice. */
  pause(): void;
}

/** In turn, each once. A Set alone would be searched from its first place again and again. */
const queue = new Fifo<SlicedWork>();
const waiting = new Set<SlicedWork>();
let isScheduled = false;

/**
 * Does the work soon, in slices with the event loop between them. Until it is done the process lives on. It runs in
 * nobody's context: what is counted belongs to no request, and must not keep one.
 */
export function wake(work: SlicedWork): void {
  if (waiting.has(work)) return;
  waiting.add(work);
  queue.push(work);
  schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  runSuppressed(() => setImmediate(runSlice));
}

function runSlice(): void {
  isScheduled = false;
  const end = performance.now() + SLICE;
  while (performance.now() < end) {
    const work = queue.shift();
    if (work === undefined) return;
    waiting.delete(work);
    const isDone = stepsUntil(end, work);
    work.pause();
    // Behind the others: they are the first in the next slice.
    if (!isDone) wake(work);
  }
  if (waiting.size > 0) schedule();
}

function stepsUntil(end: number, work: SlicedWork): boolean {
  while (work.step()) if (performance.now() >= end) return false;
  return true;
}
