import { describe, report } from "../core/diagnostics.ts";
import type { LevelByContext } from "./level.ts";

/** What a logger that is not ours can be given beside its own options. */
export interface LogBridgeOptions {
  /**
   * Asked at each call: the least that is written then, of what the logger's own level lets pass; undefined: all of that.
   */
  readonly level?: LevelByContext | undefined;
  /** Whether each line becomes a log record, too, which goes where telemetry goes; default false. */
  readonly records?: boolean | undefined;
}

/** A copy of a logger's options; none where they cannot be read. */
export function optionsOf<Options extends object>(
  options: Options | undefined,
  what: string,
): Partial<Options> {
  try {
    return { ...options };
  } catch (thrown) {
    report("invalid_argument", `the options of ${what} could not be read (${describe(thrown)})`);
    return {};
  }
}

/** Undefined for what is none, which is told. */
export function levelOf({ level }: LogBridgeOptions): LevelByContext | undefined {
  if (level === undefined || typeof level === "function") return level;
  report(
    "invalid_configuration",
    `the level by context of a logger is a function, and was ${describe(level)}`,
  );
  return undefined;
}
