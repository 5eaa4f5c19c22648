import type { Attributes } from "@opentelemetry/api";
import { performance } from "node:perf_hooks";
import { describe, report } from "../core/diagnostics.ts";
import { requireFunction } from "../core/errors.ts";
import { errorNames } from "../trace/exception.ts";
import { settle } from "../trace/settle.ts";
import type { Declaration } from "./declaration.ts";

/** Of a millisecond. */
const PER_MILLISECOND: ReadonlyMap<string, number> = new Map([
  ["s", 0.001],
  ["ms", 1],
  ["us", 1_000],
  ["ns", 1_000_000],
]);

/** The key by which a measurement says how it failed.  (Semantic conventions: Recording errors on metrics) */
const ERROR_TYPE = "error.type";

/** Records how long calls take, in a histogram's unit. */
export class Timing {
  readonly #name: string;
  readonly #unit: string;
  readonly #tellsErrors: boolean;

  constructor(declaration: Declaration | undefined) {
    this.#name = declaration === undefined ? "without a name" : describe(declaration.name);
    this.#unit = declaration?.options.unit ?? "";
    this.#tellsErrors = declaration?.keys?.has(ERROR_TYPE) === true;
  }

  /**
   * Records in the context in which the call began: a promise's continuations run there, too.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION
   */
  time<Result>(fn: () => Result, record: (value: number, more: Attributes | undefined) => void): Result {
    requireFunction(fn, "time(attributes, fn)");
    const perMillisecond = PER_MILLISECOND.get(this.#unit);
    if (perMillisecond === undefined) return this.#untimed(fn);
    const began = performance.now();
    const end = (more?: Attributes): void => record((performance.now() - began) * perMillisecond, more);
    const fail = (thrown: unknown): void => end(this.#error(thrown));
    let result: Result;
    try {
      result = fn();
    } catch (thrown) {
      fail(thrown);
      throw thrown;
    }
    return settle(result, () => end(), fail);
  }

  #error(thrown: unknown): Attributes | undefined {
    return this.#tellsErrors ? { [ERROR_TYPE]: errorNames(thrown).name ?? "_OTHER" } : undefined;
  }

  #untimed<Result>(fn: () => Result): Result {
    report(
      "invalid_configuration",
      `metric ${this.#name} was to measure time in "${this.#unit}"; s, ms, us and ns are its units: nothing is recorded`,
    );
    return fn();
  }
}
