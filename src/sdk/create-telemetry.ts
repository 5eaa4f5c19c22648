import { currentContext, runIn } from "../context/current.ts";
import { providersOf } from "../context/providers.ts";
import { runSuppressed } from "../context/suppression.ts";
import { report } from "../core/diagnostics.ts";
import { requireFunction } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { build, isOptions, settingsFor } from "./build.ts";
import type { StartOptions, TelemetryOptions } from "./options.ts";
import { copyOfOptions } from "./same-options.ts";
import type { Telemetry } from "./telemetry.ts";
import { tellIfUnsent, unsentOf } from "./unsent.ts";

/**
 * Telemetry beside that of `start()`, for a tenant or a test: it registers nothing, hooks nothing and listens to no
 * signal. What is made within `withTelemetry(telemetry, fn)` goes there. It is sent as it accumulates, and the rest by
 * `flush()` and `shutdown()`, or at the end of the block with `await using`: nobody else does so as the process ends, and
 * what is lost then is told. A tracer or meter provider that it is given is its own from then on: it is shut down with it.
 * Never throws.
 *
 * @param options those of `start()`, but for http, exit, contextManager and runtimeMetrics
 * @example
 * const tenant = createTelemetry({ service: "tenant-a", exporter: "none" });
 * withTelemetry(tenant, () => withSpan("work", () => {}));
 * await tenant.shutdown();
 */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const given = isOptions(options) ? options : {};
  reportOthers(given);
  return runSuppressed(() => {
    const settings = settingsFor(given);
    const { telemetry, providers } = build(settings, { after: () => endTelling() });
    const endTelling = tellIfUnsent(unsentOf(telemetry, providers.meterProvider, settings));
    return telemetry;
  });
}

const OF_START = ["http", "exit", "contextManager", "runtimeMetrics"] as const;

function reportOthers(options: StartOptions): void {
  const given = OF_START.filter((name) => copyOfOptions(options)[name] !== undefined);
  if (given.length > 0)
    report("invalid_configuration", `createTelemetry() has no option ${given.join(", ")}: start() has`);
}

/**
 * Calls `fn` where all telemetry goes to `telemetry`, of `createTelemetry` or `start`. Variables and baggage stay
 * what they are; the active span does not become a parent there, for its trace is another's.
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
 */
export function withTelemetry<Result>(telemetry: Telemetry, fn: () => Result): Result {
  requireFunction(fn, "withTelemetry(telemetry, fn)");
  const providers = providersOf(telemetry);
  if (providers !== undefined) return runIn(currentContext().withProviders(providers), fn);
  report("invalid_argument", `withTelemetry() was given ${nounFor(telemetry)} that is no telemetry of ours`);
  return fn();
}
