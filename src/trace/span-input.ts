/** What callers give to a span, made safe: what is wrong is reported, and never costs the span. */
import { type HrTime, SpanKind, type SpanOptions, type TimeInput } from "@opentelemetry/api";
import { hrTime } from "../core/clock.ts";
import { describe, report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";

/** What a caller has asked for, each option read once. */
export type Asked = { readonly [Option in keyof SpanOptions]?: SpanOptions[Option] | undefined };

const NOTHING: Asked = {};

/** HOT. */
export function readOptions(options: SpanOptions | undefined): Asked {
  if (options === undefined || options === null) return NOTHING;
  if (typeof options !== "object") {
    report("invalid_argument", `the options of a span were given as ${nounFor(options)}; they are an object`);
    return NOTHING;
  }
  try {
    const { attributes, kind, links, root: isRoot, startTime } = options;
    return { attributes, kind, links, root: isRoot, startTime };
  } catch {
    return readEach(options);
  }
}

/** A getter that throws costs no other option. */
function readEach(options: SpanOptions): Asked {
  const asked: Record<string, unknown> = {};
  let failure: unknown;
  for (const name of ["attributes", "kind", "links", "root", "startTime"] as const) {
    try {
      asked[name] = options[name];
    } catch (thrown) {
      failure = thrown;
    }
  }
  report("invalid_argument", `options of a span could not be read (${describe(failure)})`);
  return asked;
}

/** One of the five kinds; INTERNAL stands for whatever is none. */
export function kindOf(kind: unknown): SpanKind {
  if (kind === undefined) return SpanKind.INTERNAL;
  if (typeof kind === "number" && SpanKind[kind] !== undefined) return kind;
  report("invalid_argument", "a span was given a kind that is none of SpanKind; it is INTERNAL");
  return SpanKind.INTERNAL;
}

/** A time that a caller gave; undefined where it is none, and now is to count instead. */
export function givenTime(time: TimeInput | undefined, subject = "a span"): HrTime | undefined {
  if (time === undefined) return undefined;
  const own = hrTime(time);
  if (own === undefined)
    report(
      "invalid_argument",
      `${subject} was given ${nounFor(time)} that is no time; a number of milliseconds, a Date and [seconds, nanoseconds] are`,
    );
  return own;
}

/** A name as a string: anything else is shown as text. */
export function spanName(name: unknown): string {
  if (typeof name === "string") return name;
  report("invalid_argument", `a span or event was named with ${nounFor(name)}; names are strings`);
  return describe(name);
}
