import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import type { Context } from "../context/context.ts";
import { runIn } from "../context/current.ts";
import { runSuppressed } from "../context/suppression.ts";
import { Fifo } from "./fifo.ts";

/** How long all recorders of this thread keep the event loop waiting at a time, in ms. */
const SLICE = 10;

/** Work that is done bit by bit. Neither method throws. */
export interface SlicedWork {
  /** In which it is done, where it is somebody's code. */
  readonly context?: Context;
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
    const isDone =
      work.context === undefined ? isDoneBy(end, work) : runIn(work.context, isDoneBy, end, work);
    // Behind the others: they are the first in the next slice.
    if (!isDone) wake(work);
  }
  if (waiting.size > 0) schedule();
}

function isDoneBy(end: number, work: SlicedWork): boolean {
  let isDone = true;
  while (isDone && work.step()) isDone = performance.now() < end;
  work.pause();
  return isDone;
}
