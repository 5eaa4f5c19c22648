import type { LoggerProvider as Interface } from "../context/providers.ts";
import { cutText } from "../core/attribute-value.ts";
import { SYSTEM_CLOCKS } from "../core/clock.ts";
import { report } from "../core/diagnostics.ts";
import { type AttributeLimits, attributeLimits, DEFAULT_LIMITS } from "../core/limits.ts";
import { legible } from "./legible.ts";
import { Logger, type LoggingSetup } from "./logger.ts";

/** A host that makes up names, one for each request say, gets a new logger each time. */
const MOST_KEPT = 1_000;

/** Of a name, a version and a schema so many UTF-16 units: they are kept. */
const LONGEST_NAME = 1_024;

/** Hands out one logger for each instrumentation scope.  (Specification: Logs API, LoggerProvider) */
export class LoggerProvider implements Interface {
  readonly #loggers = new Map<string, Logger>();
  readonly #setup: LoggingSetup;

  /** What is left out is the specification's default. */
  constructor({ sink, limits, clocks, redactor }: Pick<LoggingSetup, "sink"> & LoggingOptions) {
    const attributes = limits ?? attributeLimits(DEFAULT_LIMITS);
    const own = { ...attributes, standIn: legible };
    this.#setup = { sink, limits: own, clocks: clocks ?? SYSTEM_CLOCKS, redactor };
  }

  /** The same logger for the same name, version and schema. A name that is no string gives a working logger without one. */
  getLogger(name: string, version?: string, options?: object): Logger {
    if (typeof name !== "string" || name === "")
      report(
        "invalid_argument",
        "a logger was asked for without a name: name the library or application whose records they are",
      );
    const scope = { name: text(name) ?? "", version: text(version), schemaUrl: schemaUrlOf(options) };
    const key = JSON.stringify(scope);
    const known = this.#loggers.get(key);
    if (known !== undefined) return known;
    const logger = new Logger(scope, this.#setup);
    if (this.#loggers.size < MOST_KEPT) this.#loggers.set(key, logger);
    return logger;
  }
}

interface LoggingOptions {
  /** Of attributes. */
  readonly limits?: AttributeLimits | undefined;
  readonly clocks?: LoggingSetup["clocks"] | undefined;
  /** Takes secrets out of each record; without it they stay. */
  readonly redactor?: LoggingSetup["redactor"];
}

function schemaUrlOf(options: object | undefined): string | undefined {
  try {
    const { schemaUrl }: { readonly schemaUrl?: unknown } = options ?? {};
    return text(schemaUrl);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? cutText(value, LONGEST_NAME) : undefined;
}
