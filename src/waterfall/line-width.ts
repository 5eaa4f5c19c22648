const DEFAULT_WIDTH = 100;
/** Narrower than this nothing can be read; a smaller width is drawn as this one. */
const MIN_WIDTH = 48;
/** Wider than any terminal: a line must not become as long as a mistaken number says. */
const MAX_WIDTH = 1_000;

/** The width to draw with, in columns. Terminals that do not know their width say 0. */
export function lineWidth(width: number | undefined): number {
  if (width === undefined || Number.isNaN(width) || width <= 0) return DEFAULT_WIDTH;
  return Math.floor(Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH));
}
