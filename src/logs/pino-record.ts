import { attributesOf, type WrittenLine } from "./emit-record.ts";
import { severityOf } from "./level.ts";

/** Of a line of pino's: under which keys it says what. */
export interface PinoKeys {
  /** Names of levels of one's own, by number. */
  readonly customLevels?: Readonly<Record<string, number>>;
  readonly messageKey?: string;
  readonly errorKey?: string;
}

/** What pino's serializer makes of an error. */
interface SerializedError {
  readonly type?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
}

/** pino's levels by number, ten apart from 10 on; one in between is what it is not beyond yet. */
const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];

export function severityAt(level: number): number {
  return severityOf(nameAt(level)) ?? 0;
}

function nameAt(level: number): string | undefined {
  return LEVELS[Math.min(Math.max(Math.floor(level / 10), 1), LEVELS.length) - 1];
}

/** The resource says the process and the host. */
const SAID_BY_THE_RESOURCE = ["pid", "hostname"];

/** @param number the level of the call; undefined where that is only known from the line, whose fields may forge it */
export function pinoRecord(
  { messageKey = "msg", errorKey = "err", customLevels = {} }: PinoKeys,
  fields: Readonly<Record<string, unknown>>,
  number: number | undefined,
): WrittenLine {
  const given = number ?? fields["level"];
  const own = Object.keys(customLevels).find((name) => customLevels[name] === given);
  const level = own ?? levelName(given);
  const { [errorKey]: error, ...others } = attributesOf(fields, "time", messageKey, ...SAID_BY_THE_RESOURCE);
  return {
    level,
    severity: severityOf(level) ?? (typeof given === "number" ? severityAt(given) : undefined),
    body: fields[messageKey],
    attributes: error === undefined ? others : { ...others, ...errorAttributes(errorKey, error) },
  };
}

/** A number, or a name where the user's formatter makes it one. */
function levelName(level: unknown): string | undefined {
  return typeof level === "number" ? nameAt(level) : typeof level === "string" ? level : undefined;
}

/** (Semantic conventions: Exceptions in logs) */
function errorAttributes(key: string, error: unknown): Record<string, unknown> {
  const { type, message, stack }: SerializedError = Object(error);
  if (typeof message !== "string" || typeof stack !== "string") return { [key]: error };
  return { "exception.type": type, "exception.message": message, "exception.stacktrace": stack };
}
