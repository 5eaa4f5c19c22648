import { Console } from "node:console";
import { printable } from "./printable.ts";
import { processWide } from "./process-wide.ts";

/** What telemetry can have trouble with. Each is told once on stderr and counted from then on. */
export type Trouble =
  | "api_conflict"
  | "attribute_unlisted"
  | "baggage_withheld"
  | "callback_failed"
  | "cardinality_high"
  | "changed_after_end"
  | "cleanup_failed"
  | "collector_rejects"
  | "collector_unreachable"
  | "collector_warns"
  | "context_lost"
  | "internal_error"
  | "invalid_argument"
  | "invalid_attribute"
  | "invalid_configuration"
  | "limit_reached"
  | "metric_conflict"
  | "metric_failed"
  | "no_injection"
  | "plugin_failed"
  | "queue_full"
  | "recorder_full"
  | "recorder_lost"
  | "requests_untraced"
  | "resource_failed"
  | "span_misplaced"
  | "span_unended"
  | "start_ignored"
  | "token_misplaced"
  | "tokens_out_of_order"
  | "unsent_at_exit"
  | "values_crossed"
  | "variables_in_hot_path";

/** A name or a value within a sentence may be of any length. */
const LONGEST_LINE = 500;

/** Of one configuration, or of one that is made again and again, each time with another. */
const MOST_FAULTS = 25;

/** Of a program that somebody looks through for them. */
const MOST_PLACES = 100;

/** Of these each is told that says something else, so many at most. */
const FAULTS: Readonly<Partial<Record<Trouble, number>>> = {
  cardinality_high: MOST_FAULTS,
  context_lost: MOST_PLACES,
  invalid_configuration: MOST_FAULTS,
  metric_conflict: MOST_FAULTS,
  metric_failed: MOST_FAULTS,
  resource_failed: MOST_FAULTS,
  span_misplaced: MOST_PLACES,
  span_unended: MOST_PLACES,
};

/** Which troubles are told: none, the first of each kind, or each. */
export type Verbosity = "silent" | "once" | "each";

const state = processWide("troubles", () => ({
  counts: new Map<Trouble, number>(),
  told: new Map<Trouble, Set<string>>(),
  verbosity: "once" as Verbosity,
}));

/**
 * Reports trouble of telemetry's own: the first of its kind as one line on stderr, the rest only counted. Of the
 * configuration, of single metrics, resources and places, each fault is told, for there are few, and they are found one by one.
 * A sentence that costs something is given as a function. Never throws, and never goes through an exporter, which may be what failed.
 *
 * @param times how often it has come up
 */
export function report(trouble: Trouble, sentence: string | (() => string), times = 1): void {
  const { counts, verbosity } = state;
  counts.set(trouble, (counts.get(trouble) ?? 0) + times);
  if (verbosity === "silent") return;
  if (!isNews(trouble, sentence) && verbosity === "once") return;
  const line = typeof sentence === "string" ? sentence : sentence();
  // A Console of our own: it swallows the errors of a stderr that is closed, and nobody has replaced its methods.
  new Console(process.stderr).log(`throughline: ${printable(line.slice(0, LONGEST_LINE))}`);
}

function isNews(trouble: Trouble, sentence: string | (() => string)): boolean {
  const most = FAULTS[trouble];
  const told = state.told.get(trouble) ?? new Set();
  const subject = most === undefined ? "" : String(sentence);
  const isNew = !told.has(subject) && told.size < (most ?? 1);
  if (isNew) state.told.set(trouble, told.add(subject));
  return isNew;
}

/** For the whole process. */
export function setVerbosity(verbosity: Verbosity): void {
  state.verbosity = verbosity;
}

/** How often each trouble was reported since the process began. */
export function troubles(): Readonly<Partial<Record<Trouble, number>>> {
  return Object.fromEntries(state.counts);
}

/** A value that somebody gave, for a sentence: a text in quotes. Never throws. */
export function quote(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : describe(value);
}

/** A short text for any thrown value; never throws, whatever the value does. */
export function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  } catch {
    return "a value that cannot be shown";
  }
}
