import type { Attributes } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import type { Providers } from "../../src/context/providers.ts";
import { recording } from "../recording.ts";

export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly scope: readonly (string | undefined)[];
  readonly points: readonly (readonly [Attributes, unknown])[];
}

/** An official meter provider, code that runs where telemetry goes into it, and what it has collected. */
export class Metering {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #provider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({ exporter: this.#exporter, exportIntervalMillis: 1_000_000 }),
    ],
  });
  readonly #providers = recording(this.#provider).providers;
  readonly #context = new Context(undefined, this.#providers);

  run(fn: () => void): this {
    this.call(fn);
    return this;
  }

  call<Result>(fn: () => Result): Result {
    return runIn(this.#context, fn);
  }

  /** Collected again: what is asked for at each collection may have changed. */
  async points(name: string): Promise<Series["points"]> {
    const series = await this.#collect();
    return series.find((each) => each.name === name)?.points ?? [];
  }

  /** All series, once. */
  async series(): Promise<Series[]> {
    const series = await this.#collect();
    await this.#provider.shutdown();
    return series;
  }

  get providers(): Providers {
    return this.#providers;
  }

  async #collect(): Promise<Series[]> {
    this.#exporter.reset();
    await this.#provider.forceFlush();
    const collected = this.#exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    return collected.flatMap(({ scope, metrics }) =>
      metrics.map(({ descriptor: { name, unit, description }, dataPoints }) => ({
        name,
        unit,
        description,
        scope: [scope.name, scope.version],
        points: dataPoints.map(({ attributes, value }) => [attributes, value] as const),
      })),
    );
  }
}
