import {
  type Attributes,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  type ObservableCallback,
} from "@opentelemetry/api";
import { performance } from "node:perf_hooks";
import { describe, report } from "../core/diagnostics.ts";
import { VERSION } from "../core/version.ts";
import type { Account, DropReason } from "../export/account.ts";
import type { BatchQueue } from "../export/batch-queue.ts";
import type { HttpTarget } from "../export/http-transport.ts";
import type { Outcome } from "../export/outcome.ts";
import type { SpanCensus } from "../trace/span-census.ts";

/** What is exported, as the conventions name it. */
type Item = "span" | "log" | "metric_data_point";

const UNITS: Readonly<Record<Item, string>> = {
  span: "{span}",
  log: "{log_record}",
  metric_data_point: "{data_point}",
};

/** Why spans and log records come to no exporter, as the conventions have it. */
const ERRORS: Readonly<Record<DropReason, string>> = {
  encoding: "encoding",
  exporter_failed: "exporter_failed",
  queue_full: "queue_full",
  shutdown: "already_shutdown",
  too_large: "too_large",
};

/**
 * What telemetry measures about itself, into the metrics of its own `start()`.  (Semantic conventions: OpenTelemetry SDK
 * metrics)
 */
export class SelfMetrics {
  readonly #meter: Meter;
  readonly #ends: (() => void)[] = [];

  /** The provider may be another SDK's: where it fails, nothing is measured. */
  constructor(provider: MeterProvider) {
    this.#meter = attempt(() => provider.getMeter("throughline/sdk", VERSION)) ?? createNoopMeter();
  }

  /** How many spans were started, and are open. */
  spans(census: SpanCensus): void {
    this.#observe("counter", "span.started", "{span}", (result) =>
      census.started((count, origin, outcome) =>
        result.observe(count, {
          "otel.span.parent.origin": origin,
          "otel.span.sampling_result": outcome,
        }),
      ),
    );
    this.#observe("upDownCounter", "span.live", "{span}", (result) =>
      census.live((count, outcome) => result.observe(count, { "otel.span.sampling_result": outcome })),
    );
  }

  /** How many log records were made. */
  logs(account: Account): void {
    this.#observe("counter", "log.created", UNITS.log, (result) => result.observe(account.report().made));
  }

  /** What became of records on their way to the exporter; `capacity` in records, where there is such a bound. */
  processor(item: "span" | "log", account: Account, queue: BatchQueue, capacity: number | undefined): void {
    const attributes = component(`batching_${item}_processor`);
    const unit = UNITS[item];
    this.#observe("upDownCounter", `processor.${item}.queue.size`, unit, (result) =>
      result.observe(account.pending - queue.underWay, attributes),
    );
    if (capacity !== undefined)
      this.#observe("upDownCounter", `processor.${item}.queue.capacity`, unit, (result) =>
        result.observe(capacity, attributes),
      );
    this.#observe("counter", `processor.${item}.processed`, unit, (result) => {
      const { delivered, rejected, dropped } = account.report();
      result.observe(delivered + rejected, attributes);
      for (const [reason, error] of Object.entries(ERRORS) as [DropReason, string][])
        if (dropped[reason] > 0) result.observe(dropped[reason], { ...attributes, "error.type": error });
    });
  }

  /** What an exporter did, and how long each of its attempts took. */
  exporter(
    item: Item,
    target: HttpTarget,
    account: Account,
    queue: BatchQueue,
  ): (seconds: number, outcome: Outcome) => void {
    const attributes = exporterAttributes(item, target);
    const unit = UNITS[item];
    this.#observe("upDownCounter", `exporter.${item}.inflight`, unit, (result) =>
      result.observe(queue.underWay, attributes),
    );
    this.#observe("counter", `exporter.${item}.exported`, unit, (result) => {
      const { delivered, rejected } = account.report();
      result.observe(delivered, attributes);
      if (rejected > 0) result.observe(rejected, { ...attributes, "error.type": "rejected" });
    });
    const record = this.#duration("exporter.operation.duration", attributes);
    return (seconds, outcome) => record(seconds, errorOf(outcome));
  }

  /** How long the reader takes to collect: call the function that it gives as it begins, and what that gives as it ends. */
  reader(): () => (error?: string) => void {
    const record = this.#duration("metric_reader.collection.duration", component("periodic_metric_reader"));
    return () => {
      const began = performance.now();
      return (error) => record((performance.now() - began) / 1_000, error);
    };
  }

  #observe(
    kind: "counter" | "upDownCounter",
    name: string,
    unit: string,
    callback: ObservableCallback,
  ): void {
    const make = kind === "counter" ? "createObservableCounter" : "createObservableUpDownCounter";
    attempt(() => {
      const instrument = this.#meter[make](`otel.sdk.${name}`, { unit });
      instrument.addCallback(callback);
      this.#ends.push(() => instrument.removeCallback(callback));
    });
  }

  /** From now on nothing is observed: the provider may go on without us. */
  end(): void {
    for (const end of this.#ends.splice(0)) attempt(end);
  }

  /** In seconds, in a single bucket. */
  #duration(name: string, attributes: Attributes): (seconds: number, error: string | undefined) => void {
    const advice = { explicitBucketBoundaries: [] };
    const histogram = attempt(() => this.#meter.createHistogram(`otel.sdk.${name}`, { unit: "s", advice }));
    return (seconds, error) =>
      attempt(() =>
        histogram?.record(seconds, error === undefined ? attributes : { ...attributes, "error.type": error }),
      );
  }
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (thrown) {
    report("plugin_failed", `a meter provider of another SDK failed (${describe(thrown)})`);
    return undefined;
  }
}

/** Each telemetry has one of a kind. */
function component(type: string): Attributes {
  return { "otel.component.type": type, "otel.component.name": `${type}/0` };
}

function exporterAttributes(item: Item, { url, protocol }: HttpTarget): Attributes {
  const signal = item === "metric_data_point" ? "metric" : item;
  const type = `otlp_http_${protocol === "http/json" ? "json_" : ""}${signal}_exporter`;
  const port = url.port === "" ? { "http:": 80, "https:": 443 }[url.protocol] : Number(url.port);
  return { ...component(type), "server.address": url.hostname, ...(port && { "server.port": port }) };
}

function errorOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "again") return outcome.reason;
  if (outcome.kind !== "delivered") return outcome.kind;
  return outcome.rejected > 0 ? "rejected" : undefined;
}
