/** A duration in the unit that a reader thinks in, to three digits: `0.25 µs`, `4.10 ms`, `1.25 s`, `2m 05s`. */
export function durationText(nanoseconds: bigint): string {
  const value = Number(nanoseconds);
  if (value === 0) return "0 µs";
  // A unit ends where its three digits would round up to four.
  if (value < 999.5e3) return `${threeDigits(value / 1e3)} µs`;
  if (value < 999.5e6) return `${threeDigits(value / 1e6)} ms`;
  if (value < 59.95e9) return `${threeDigits(value / 1e9)} s`;
  const seconds = Math.round(value / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  const minutes = Math.round(value / 60e9);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
  const hours = Math.round(value / 3600e9);
  return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`;
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value.toFixed(value < 99.95 ? 1 : 0);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
