import { quote, report } from "../core/diagnostics.ts";
import type { Redactor } from "../core/redaction.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import type { MetricRecord, MetricsRecord } from "./record.ts";

/** How many series of a metric are kept unless a view says otherwise.  (Specification: Metrics SDK, Cardinality limits) */
const DEFAULT_LIMIT = 2_000;

/** Values of the guilty attribute that are told. */
const EXAMPLES = 3;

/** What of a view says how many series there may be, and of which metrics. */
export interface LimitingView {
  readonly name?: string | undefined;
  readonly instrumentName?: string | undefined;
  readonly aggregationCardinalityLimit?: number | undefined;
  readonly instrumentType?: unknown;
  readonly instrumentUnit?: string | undefined;
  readonly meterName?: string | undefined;
  readonly meterVersion?: string | undefined;
  readonly meterSchemaUrl?: string | undefined;
}

/** Tells once of each metric that has half of the series that it may have, and which attribute makes so many of them. */
export class CardinalityWatch {
  readonly #views: readonly LimitingView[];
  readonly #told = new Set<string>();

  readonly #redactor: Redactor | undefined;

  constructor(views: readonly LimitingView[] = [], redactor?: Redactor) {
    this.#redactor = redactor;
    this.#views = views.filter((view) => view.aggregationCardinalityLimit !== undefined);
  }

  look({ scopeMetrics }: MetricsRecord): void {
    for (const { scope, metrics } of scopeMetrics) for (const metric of metrics) this.#lookAt(metric, scope);
  }

  #lookAt({ descriptor, dataPoints }: MetricRecord, scope: InstrumentationScope): void {
    const { name } = descriptor;
    const key = `${scope.name} ${name}`;
    const limit = this.#limitOf(descriptor, scope);
    if (dataPoints.length * 2 < limit || this.#told.has(key)) return;
    this.#told.add(key);
    const [attribute, values] = mostValues(dataPoints.map(({ attributes }) => attributes));
    const examples = [...values].slice(0, EXAMPLES).map((value) => quote(this.#shown(attribute, value)));
    report(
      "cardinality_high",
      `metric ${name} has ${dataPoints.length} series, and at ${limit} all others become one: its attribute ${quote(attribute)} has ${values.size} values, such as ${examples.join(", ")}; what tells one from thousands belongs on a span`,
    );
  }

  #shown(attribute: string, value: unknown): unknown {
    return typeof value === "string" ? (this.#redactor?.redact(attribute, value) ?? value) : value;
  }

  #limitOf({ name, unit }: MetricRecord["descriptor"], scope: InstrumentationScope): number {
    const means = (view: LimitingView): boolean =>
      (view.name === name || isNamedBy(view.instrumentName, name)) &&
      isOrAny(view.instrumentUnit, unit) &&
      isOrAny(view.meterName, scope.name) &&
      isOrAny(view.meterVersion, scope.version ?? "") &&
      isOrAny(view.meterSchemaUrl, scope.schemaUrl ?? "");
    const view = this.#views.find(means);
    const limit = view?.aggregationCardinalityLimit ?? DEFAULT_LIMIT;
    // What is collected does not tell its instrument's kind: where that decides, the greater one is meant.
    return view?.instrumentType === undefined ? limit : Math.max(limit, DEFAULT_LIMIT);
  }
}

function isOrAny(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value;
}

/** `*` stands for any characters, `?` for one.  (Specification: Metrics SDK, Instrument selection criteria) */
function isNamedBy(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const escaped = pattern.replaceAll(/[.\\^$+()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(name);
}

/** The key with most values, and those. */
function mostValues(all: readonly object[]): readonly [key: string, values: ReadonlySet<unknown>] {
  const byKey = new Map<string, Set<unknown>>();
  for (const attributes of all) {
    for (const [key, value] of Object.entries(attributes)) {
      const values = byKey.get(key) ?? new Set();
      byKey.set(key, values.add(typeof value === "object" ? JSON.stringify(value) : value));
    }
  }
  return [...byKey].reduce((most, each) => (each[1].size > most[1].size ? each : most), ["", new Set()]);
}
