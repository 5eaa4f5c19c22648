import { type Providers, withProviders } from "../context/providers.ts";
import { describe, quote, report, setVerbosity } from "../core/diagnostics.ts";
import { Account } from "../export/account.ts";
import { readEnvironment, readVerbosity } from "./environment.ts";
import type { StartOptions } from "./options.ts";
import { logPipeline } from "./log-pipeline.ts";
import { metricPipeline } from "./metric-pipeline.ts";
import type { Offer } from "../threads/offer.ts";
import type { Pipeline } from "./pipeline.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { spanPipeline } from "./span-pipeline.ts";
import { type Telemetry, telemetryOf, type Surroundings } from "./telemetry.ts";

/** Telemetry that is at work, and where its spans, measurements and log records go. */
interface Built {
  readonly telemetry: Telemetry;
  readonly providers: Providers;
  readonly spans: Pipeline;
  readonly logs: Pipeline;
}

export function build(settings: Settings, around: Surroundings = {}): Built {
  const { propagator, redactor } = settings;
  const accounts = { spans: new Account(), metrics: new Account(), logs: new Account() };
  const metrics = metricPipeline(settings, accounts.metrics);
  const spans = spanPipeline(settings, accounts.spans, metrics.self);
  const logs = logPipeline(settings, accounts.logs, metrics.self);
  const { tracerProvider } = spans;
  const { meterProvider } = metrics;
  const { loggerProvider } = logs;
  const providers = {
    tracerProvider,
    meterProvider,
    ...(loggerProvider && { loggerProvider }),
    propagator,
    redactor,
  };
  const after = (): void => {
    metrics.self?.end();
    around.after?.();
  };
  const telemetry = telemetryOf(
    {
      spans: { pipeline: spans, account: accounts.spans },
      metrics: { pipeline: metrics, account: accounts.metrics },
      logs: { pipeline: logs, account: accounts.logs },
    },
    { ...around, after },
  );
  return { telemetry: withProviders(telemetry, providers), providers, spans, logs };
}

/** What no object is gives no options, and is reported. */
export function isOptions(options: unknown): options is StartOptions {
  if (typeof options === "object" && options !== null) return true;
  report("invalid_configuration", `start() takes an object of options, and was given ${quote(options)}`);
  return false;
}

/** Never throws: a getter may. */
export function settingsFor(options: StartOptions, offer?: Offer): Settings {
  setVerbosity(readVerbosity());
  const environment = readEnvironment();
  try {
    return resolveSettings(options, environment, offer);
  } catch (thrown) {
    report(
      "invalid_configuration",
      `start() could not read its options (${describe(thrown)}) and goes on without them`,
    );
    return resolveSettings({}, environment, offer);
  }
}
