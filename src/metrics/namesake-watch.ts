import { quote, report } from "../core/diagnostics.ts";
import type { MetricsRecord } from "./record.ts";

/**
 * Tells once of metrics of one scope that share a name and are not the same: most backends cannot tell them apart.
 * (Specification: Metrics SDK, Duplicate instrument registration)
 */
export class NamesakeWatch {
  readonly #told = new Set<string>();

  look({ scopeMetrics }: MetricsRecord): void {
    for (const { scope, metrics } of scopeMetrics) {
      const units = new Map<string, string>();
      for (const { descriptor } of metrics) {
        const { name, unit } = descriptor;
        const first = units.get(name);
        if (first === undefined) units.set(name, unit);
        else this.#tell(`${scope.name} ${name}`, name, [first, unit]);
      }
    }
  }

  #tell(key: string, name: string, [first, second]: readonly [string, string]): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const difference =
      first === second ? "of different kinds or descriptions" : `in ${quote(first)} and in ${quote(second)}`;
    report("metric_conflict", `metric ${name} was declared twice, ${difference}: both are sent`);
  }
}
