import type { Attributes, Span, SpanOptions } from "@opentelemetry/api";
import { quote, report } from "../core/diagnostics.ts";
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
  const { attributeKeys: keys, ...options } = (
    last === undefined ? {} : (optionsOrFn ?? {})
  ) as ObserveOptions;
  const attributeKeys = keysOf(name, keys);
  const duration = durationOf(name, attributeKeys);
  const work = fn as (span: Span) => Result;
  if (duration === undefined) return withSpan(name, options, work);
  const measured = measuredOf(attributeKeys, options);
  return withSpan(name, options, (span) => duration.time(measured, () => work(span)));
};

/** Nothing where that cannot be read, which the span reports. */
function measuredOf(keys: readonly string[], { attributes }: SpanOptions): Attributes {
  try {
    return Object.fromEntries(keys.map((key) => [key, attributes?.[key]]));
  } catch {
    return {};
  }
}

function keysOf(name: string, keys: unknown): readonly string[] {
  if (isArray(keys)) return keys.filter((key) => typeof key === "string");
  if (keys !== undefined)
    report(
      "invalid_argument",
      `the attributeKeys of observe(${quote(name)}) are a list, and were given as ${nounFor(keys)}`,
    );
  return [];
}

/** By name and keys. */
const durations = new Map<string, Histogram>();

/** A name is that of what is done; whoever makes names as it goes would make a metric of each. */
const MOST = 1_000;

/** What a span may be called and a metric not becomes an underscore: "charge the card" → "charge_the_card.duration". */
function metricNameOf(name: string): string {
  const sane = name.replaceAll(/[^\w./-]+/g, "_");
  return `${/^[A-Za-z]/.test(sane) ? sane : `observed_${sane}`}.duration`;
}

function durationOf(name: string, attributeKeys: readonly string[]): Histogram | undefined {
  // It is no metric's, and withSpan says what it is.
  if (typeof name !== "string") return undefined;
  const key = JSON.stringify([name, ...attributeKeys]);
  const known = durations.get(key);
  if (known !== undefined) return known;
  if (durations.size >= MOST) {
    report("limit_reached", `observe(name, fn) measures ${MOST} names at most, and was given another`);
    return undefined;
  }
  const duration = histogram(metricNameOf(name), {
    unit: "s",
    attributeKeys: [...attributeKeys, "error.type"],
  });
  durations.set(key, duration);
  return duration;
}
