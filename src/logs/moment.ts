import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { hiddenField } from "../core/hidden-field.ts";
import { fieldsIn, type LogFields } from "./log-fields.ts";
import { type LevelByContext, severityWanted } from "./level.ts";

const noted = hiddenField<Moment>();

/** When and where a line was written, and what was wanted then; what makes it and takes it may come later. */
export class Moment {
  readonly #context: Context = currentContext();
  readonly #fields: LogFields = fieldsIn(this.#context);
  readonly #time: number = Date.now();
  readonly #wanted: number | undefined;
  /** What was given as an error. */
  thrown: Error | undefined;
  #isTaken = false;

  constructor(level?: LevelByContext) {
    this.#wanted = level === undefined ? undefined : severityWanted(level);
  }

  get context(): Context {
    return this.#context;
  }

  /** As they were then: a variable may have been set since. */
  get fields(): LogFields {
    return this.#fields;
  }

  /** In ms since the epoch. */
  get time(): number {
    return this.#time;
  }

  /** True the first time. */
  take(): boolean {
    const isFirst = !this.#isTaken;
    this.#isTaken = true;
    return isFirst;
  }

  /** A severity that nobody knows is wanted. */
  wants(severity: number | undefined): boolean {
    return this.#wanted === undefined || severity === undefined || severity >= this.#wanted;
  }

  /** Puts it by a finished line, unseen by whoever prints that. */
  static note(line: unknown, moment: Moment): void {
    if (typeof line === "object" && line !== null) noted.set(line, moment);
  }

  /** That of a finished line, else now. */
  static of(line: object): Moment {
    return noted.get(line) ?? new Moment();
  }
}
