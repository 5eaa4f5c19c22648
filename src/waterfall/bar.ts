const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"] as const;

/**
 * The stretch from `from` to `to` (fractions of the time axis) on that many columns. Ends are true to an eighth
 * of a column; the shortest stretch still shows as `▏`.
 */
export function drawBar(from: number, to: number, columns: number): string {
  // A block can be cut at its right side only. So every start snaps down to its column, and no child is drawn as
  // starting before its parent.
  const column = Math.min(Math.floor(from * columns), columns - 1);
  const length = (to - from) * columns;
  const count = length < 1 ? Math.round(length * 8) : Math.round(to * columns * 8) - column * 8;
  return " ".repeat(column) + eighths(Math.max(1, count));
}

function eighths(count: number): string {
  return EIGHTHS[8].repeat(Math.floor(count / 8)) + (EIGHTHS[count % 8] ?? "");
}
