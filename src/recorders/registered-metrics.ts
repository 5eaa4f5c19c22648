import { describe } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import {
  type Metric,
  type MetricEvent,
  type MetricSnapshot,
  type MetricSnapshots,
  namedMetric,
  snapshotOf,
  synchronous,
} from "./metric.ts";
import type { Outcome } from "./recorder-result.ts";

/** The metrics of one recorder, each kept from harming the others. */
export class RegisteredMetrics {
  readonly #name: string;
  readonly #tell: (sentence: string) => void;
  /** Copied on write: a metric may register another while it handles an event. */
  #metrics: ReadonlyMap<string, Metric> = new Map();
  #failures = 0;

  /** @param tell is told, in a sentence, of each metric that fails */
  constructor(name: string, tell: (sentence: string) => void) {
    this.#name = name;
    this.#tell = tell;
  }

  /** How often a metric has failed, at an event or for a snapshot. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Gives its name.
   *
   * @throws ThroughlineError THR_NOT_A_METRIC, THR_METRIC_REGISTERED
   */
  register(metric: unknown, subject: string): string {
    const named = namedMetric(metric, subject);
    if (this.#metrics.has(named.name))
      throw new ThroughlineError("THR_METRIC_REGISTERED", subject, `"${named.name}"`);
    this.#metrics = new Map(this.#metrics).set(named.name, named.metric);
    return named.name;
  }

  /** Shows an event to each metric, also after one that throws. */
  offer(event: MetricEvent): Outcome {
    let isHandled = false;
    let failed: { readonly thrown: unknown } | undefined;
    for (const [name, metric] of this.#metrics) {
      try {
        if (synchronous(metric.handle(event))) isHandled = true;
      } catch (thrown) {
        failed = { thrown };
        this.#failedAt(name, "an event", thrown);
      }
    }
    if (isHandled) return "handled";
    return failed === undefined ? "unhandled" : metricFailed(this.#name, failed.thrown);
  }

  /** Without those that fail to give one. */
  snapshots(): MetricSnapshots {
    const entries = Array.from(this.#metrics.keys(), (name) => [name, this.snapshot(name)] as const);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, MetricSnapshot] => entry[1] !== undefined),
    );
  }

  /** Undefined where there is none of the name, or it fails to give one. */
  snapshot(name: string): MetricSnapshot | undefined {
    const metric = this.#metrics.get(name);
    if (metric === undefined) return undefined;
    try {
      return snapshotOf({ name, metric });
    } catch (thrown) {
      this.#failedAt(name, "its snapshot", thrown);
      return undefined;
    }
  }

  #failedAt(metric: string, what: string, thrown: unknown): void {
    this.#failures++;
    this.#tell(`metric "${metric}" of recorder "${this.#name}" failed at ${what} (${describe(thrown)})`);
  }
}

/** What the result of an event says that a metric threw at, and none handled. */
export function metricFailed(recorder: string, thrown: unknown): ThroughlineError {
  const error = new ThroughlineError("THR_METRIC_FAILED", `"${recorder}".registerEvent(event)`);
  error.cause = thrown;
  return error;
}
