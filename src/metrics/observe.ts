import type { Span, SpanOptions } from "@opentelemetry/api";
import { report } from "../core/diagnostics.ts";
import { requireFunction } from "../core/errors.ts";
import { isArray, nounFor } from "../core/noun.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { histogram } from "./accessors.ts";
import type { Histogram } from "./instruments.ts";

export interface ObserveOptions extends SpanOptions {
  /**
   * Which of the attributes are the measurement's too. Each combination of their values is a series of its own; what has
   * many values, an id say, is the span's alone.
   */
  readonly attributeKeys?: readonly string[] | undefined;
}

/** `withSpan`, and how long it took. */
export interface ObserveCall {
  /**
   * Calls `fn` in a span, as `withSpan` does, and records how long that took, in seconds, in the histogram "<name>.duration":
   * with `error.type` where it failed.
   *
   * @param name of the span, and of the metric: letters, digits and _ . - / only, "shop.checkout"
   * @param options as for `withSpan`, and `attributeKeys`
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   * @example
   * await observe("shop.checkout", { attributes: { tier: "gold", "order.id": "7" }, attributeKeys: ["tier"] }, async () => {});
   */
  <Result>(name: string, fn: (span: Span) => Result): Result;
  <Result>(name: string, options: ObserveOptions, fn: (span: Span) => Result): Result;
}

export const observe: ObserveCall = <Result>(
  name: string,
  optionsOrFn: ObserveOptions | ((span: Span) => Result),
  last?: (span: Span) => Result,
): Result => {
  const fn: unknown = last ?? optionsOrFn;
  requireFunction(fn, "observe(name, options?, fn)");
  const { attributeKeys: keys, ...options } = last === undefined ? {} : (optionsOrFn as ObserveOptions);
  const attributeKeys = keysOf(name, keys);
  const duration = durationOf(name, attributeKeys);
  const work = fn as (span: Span) => Result;
  if (duration === undefined) return withSpan(name, options, work);
  const measured = Object.fromEntries(attributeKeys.map((key) => [key, options.attributes?.[key]]));
  return withSpan(name, options, (span) => duration.time(measured, () => work(span)));
};

function keysOf(name: string, keys: unknown): readonly string[] {
  if (isArray(keys)) return keys as string[];
  if (keys !== undefined)
    report(
      "invalid_argument",
      `the attributeKeys of observe("${name}") are a list, and were given as ${nounFor(keys)}`,
    );
  return [];
}

/** By name and keys. */
const durations = new Map<string, Histogram>();

/** A name is that of what is done; whoever makes names as it goes would make a metric of each. */
const MOST = 1_000;

function durationOf(name: string, attributeKeys: readonly string[]): Histogram | undefined {
  const key = JSON.stringify([name, ...attributeKeys]);
  const known = durations.get(key);
  if (known !== undefined) return known;
  if (durations.size >= MOST) {
    report("limit_reached", `observe(name, fn) measures ${MOST} names at most, and was given another`);
    return undefined;
  }
  const duration = histogram(`${name}.duration`, {
    unit: "s",
    attributeKeys: [...attributeKeys, "error.type"],
  });
  durations.set(key, duration);
  return duration;
}
