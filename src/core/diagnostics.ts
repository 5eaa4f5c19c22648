import { printable } from "./printable.ts";

/** What telemetry can have trouble with. Each is told once on stderr and counted from then on. */
export type Trouble =
  | "api_conflict"
  | "collector_rejects"
  | "collector_unreachable"
  | "internal_error"
  | "invalid_argument"
  | "invalid_attribute"
  | "invalid_configuration"
  | "no_injection"
  | "queue_full"
  | "start_ignored";

const counts = new Map<Trouble, number>();

/**
 * Reports trouble of telemetry's own: the first of its kind as one line on stderr, the rest only counted.
 * Never throws, and never goes through an exporter, which may be what failed.
 */
export function report(trouble: Trouble, sentence: string): void {
  const count = (counts.get(trouble) ?? 0) + 1;
  counts.set(trouble, count);
  if (count > 1) return;
  try {
    process.stderr.write(`throughline: ${printable(sentence)}\n`);
  } catch {
    // A closed stderr must not reach the host.
  }
}

/** How often each trouble was reported since the process began. */
export function troubles(): Readonly<Partial<Record<Trouble, number>>> {
  return Object.fromEntries(counts);
}

/** A short text for any thrown value; never throws, whatever the value does. */
export function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  } catch {
    return "a value that cannot be shown";
  }
}
