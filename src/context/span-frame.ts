import type { Span } from "@opentelemetry/api";

/** So many frames within each other are told apart: a chain of spans that never end must not grow for ever. */
const DEEPEST = 128;

/**
 * The stretch of work under one active span, within those around it that still run. It is what tells whether two
 * operations are part of each other, or run side by side.
 */
export class SpanFrame {
  // Not `#private`: another copy of this package in the process opens frames within ours.
  readonly span: Span;
  private readonly depth: number;
  private outer: SpanFrame | undefined;

  private constructor(span: Span, outer: SpanFrame | undefined) {
    this.span = span;
    const running = SpanFrame.#nearestRunning(outer);
    // What has ended is passed over, here and one further out, so that no chain of ended ones is kept.
    if (running !== undefined) running.outer = SpanFrame.#nearestRunning(running.outer);
    this.depth = running === undefined ? 0 : (running.depth + 1) % DEEPEST;
    this.outer = this.isCutOff ? undefined : running;
  }

  /** HOT. The frame of a span that becomes active; a span that does not record opens none. */
  static within(outer: SpanFrame | undefined, span: Span | undefined): SpanFrame | undefined {
    return span === undefined || !isRecording(span) ? outer : new SpanFrame(span, outer);
  }

  get isRunning(): boolean {
    return isRecording(this.span);
  }

  /** Whether this is the frame of a span, or lies within it. */
  isWithin(span: Span): boolean {
    return this.span === span || this.outer?.isWithin(span) === true;
  }

  /** Whether neither is within the other. Where a chain was cut off nobody knows, and the answer is no. */
  isBeside(other: SpanFrame): boolean {
    return !SpanFrame.#mayBeWithin(this, other) && !SpanFrame.#mayBeWithin(other, this);
  }

  private get isCutOff(): boolean {
    return this.depth === DEEPEST - 1;
  }

  static #mayBeWithin(inner: SpanFrame, outer: SpanFrame): boolean {
    for (let frame: SpanFrame | undefined = inner; frame !== undefined; frame = frame.outer) {
      if (frame.span === outer.span || frame.isCutOff) return true;
    }
    return false;
  }

  static #nearestRunning(frame: SpanFrame | undefined): SpanFrame | undefined {
    let nearest = frame;
    while (nearest !== undefined && !nearest.isRunning) nearest = nearest.outer;
    return nearest;
  }
}

/** A span may be anyone's, so this must not throw. */
function isRecording(span: Span): boolean {
  try {
    return span.isRecording();
  } catch {
    return false;
  }
}
