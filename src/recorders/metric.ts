import { isPromise } from "node:util/types";
import { ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";

/**
 * Something that happened, for metrics to count. Extend it, and tell the kinds apart by `type`.
 *
 * @example
 * type Saved = { readonly type: "saved"; readonly bytes: number };
 * const event: Saved = { type: "saved", bytes: 512 };
 */
export interface MetricEvent {
  readonly type: string;
}

/**
 * What a metric has counted: one number for each of its dimensions, in the metric's own units.
 *
 * @example
 * const snapshot = { name: "saves", dimensions: { total: 3, failed: 1 } };
 */
export interface MetricSnapshot {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, number>>;
}

/**
 * What counts events of some kind. Both methods are synchronous; one that throws costs only itself.
 *
 * @example
 * let total = 0;
 * const handle = ({ type }: { type: string }) => type === "saved" && ++total > 0;
 * const saves = { name: "saves", handle, snapshot: () => ({ dimensions: { total } }) };
 */
export interface Metric<Event extends MetricEvent = MetricEvent> {
  /** Unique in its recorder. */
  readonly name: string;
  /** True when the event was for this metric. */
  handle(event: Event): boolean;
  /** What it has counted. The recorder adds the name. */
  snapshot(): Pick<MetricSnapshot, "dimensions">;
}

/** By the name of the metric. */
export type MetricSnapshots = Readonly<Record<string, MetricSnapshot>>;

/** False also for what throws where it is read. */
export function isEvent(event: unknown): event is MetricEvent {
  try {
    return typeof event === "object" && event !== null && typeof (event as MetricEvent).type === "string";
  } catch {
    return false;
  }
}

/** A metric with the name that it was registered by, whatever becomes of the one that it has. */
export interface NamedMetric {
  readonly name: string;
  readonly metric: Metric;
}

/** @throws ThroughlineError THR_NOT_A_METRIC */
export function namedMetric(metric: unknown, subject: string): NamedMetric {
  const lack = lackOf(metric);
  if (typeof lack === "string") throw new ThroughlineError("THR_NOT_A_METRIC", subject, lack);
  return lack;
}

/** The metric, or what there is in its place. */
function lackOf(value: unknown): NamedMetric | string {
  if (typeof value !== "object" || value === null) return nounFor(value);
  const metric = value as Metric;
  try {
    const { name } = metric;
    if (typeof name !== "string" || name === "") return "an object without a name";
    if (typeof metric.handle !== "function") return `"${name}", which has no method handle`;
    return typeof metric.snapshot === "function"
      ? { name, metric }
      : `"${name}", which has no method snapshot`;
  } catch {
    return "an object that cannot be read";
  }
}

/** What a metric gives, as a copy that nobody else holds; what is no number is left out. Throws as the metric does. */
export function snapshotOf({ name, metric }: NamedMetric): MetricSnapshot {
  const { dimensions } = synchronous(metric.snapshot());
  if (typeof dimensions !== "object" || dimensions === null)
    throw new TypeError("its snapshot has no dimensions");
  return { name, dimensions: numbersOf(dimensions) };
}

/** Also where the name is `__proto__`: each becomes a property of its own. */
function numbersOf(dimensions: Readonly<Record<string, unknown>>): Record<string, number> {
  const entries = Object.entries(dimensions).filter((entry) => typeof entry[1] === "number");
  return Object.fromEntries(entries) as Record<string, number>;
}

/** For another reader. */
export function copyOfSnapshots(snapshots: MetricSnapshots): MetricSnapshots {
  const entries = Object.entries(snapshots);
  return Object.fromEntries(entries.map(([key, snapshot]) => [key, copyOfSnapshot(snapshot)]));
}

export function copyOfSnapshot({ name, dimensions }: MetricSnapshot): MetricSnapshot {
  return { name, dimensions: numbersOf(dimensions) };
}

/** What a metric has answered, which must be no promise: nobody could say when it counts. Its rejection is dropped. */
export function synchronous<Answer>(answer: Answer): Answer {
  if (!isPromise(answer)) return answer;
  ignoreRejection(answer);
  throw new TypeError("it answered with a promise, and metrics are synchronous");
}
