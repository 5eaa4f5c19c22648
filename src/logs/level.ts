import { describe, quote, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Asked at each call: "debug", "info", "warn", "error", or another name that pino or winston have for a level. Where it
 * gives undefined, the logger decides as it would without.
 */
export type LevelByContext = () => string | undefined;

export const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** By the names of pino, of winston's three sets and of ours.  (Specification: Logs Data Model, SeverityNumber, Appendix B) */
const SEVERITIES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    trace: 1,
    silly: 1,
    input: 1,
    debug: 5,
    verbose: 6,
    prompt: 6,
    http: 7,
    info: 9,
    data: 9,
    help: 10,
    notice: 10,
    warn: 13,
    warning: 13,
    error: 17,
    crit: 18,
    alert: 19,
    fatal: 21,
    emerg: 21,
  }),
);

/** Of a level by its name, in whatever case; undefined for one that nobody knows. */
export function severityOf(level: unknown): number | undefined {
  return typeof level === "string" ? SEVERITIES.get(level.toLowerCase()) : undefined;
}

/** The least severity that is wanted at this moment; undefined where `level` says nothing. Never throws. */
export function severityWanted(level: LevelByContext): number | undefined {
  try {
    const wanted: unknown = level();
    if (wanted === undefined) return undefined;
    const severity = severityOf(wanted);
    if (severity !== undefined) return severity;
    ignoreRejection(wanted);
    reportLevel(`gave ${quote(wanted)}, which is no level`);
  } catch (thrown) {
    reportLevel(`failed (${describe(thrown)})`);
  }
  return severityOf("info");
}

function reportLevel(what: string): void {
  report("plugin_failed", `the function that says the level of a logger ${what}: "info" counts`);
}
