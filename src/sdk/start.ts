import type { MeterProvider, TextMapPropagator } from "@opentelemetry/api";
import { performance } from "node:perf_hooks";
import { contextFrom, VARIABLES } from "../context/carrier.ts";
import { Context } from "../context/context.ts";
import { processState } from "../context/process-state.ts";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { traceFetch } from "../instrumentation/fetch.ts";
import { usePolicy } from "../instrumentation/http-policy.ts";
import { traceHttpClient } from "../instrumentation/http-client.ts";
import { traceHttpServer } from "../instrumentation/http-server.ts";
import { measureRuntime } from "../instrumentation/runtime-metrics.ts";
import type { Subscription } from "../instrumentation/subscription.ts";
import { endAtSignals } from "../lifecycle/signals.ts";
import { attachCallbacksOfProcess } from "../metrics/callback-registry.ts";
import { tallyOf } from "../metrics/tally.ts";
import { build, isOptions, settingsFor } from "./build.ts";
import { environmentCarrier } from "./environment.ts";
import { registerGlobals } from "./globals.ts";
import { amongThreads } from "./among-threads.ts";
import { offerToThisThread } from "../threads/offer.ts";
import type { StartOptions } from "./options.ts";
import type { Settings } from "./settings.ts";
import { areSameOptions, copyOfOptions } from "./same-options.ts";
import type { Telemetry } from "./telemetry.ts";
import { tellIfUnsent, unsentOf } from "./unsent.ts";

interface Running {
  readonly telemetry: Telemetry;
  readonly options: StartOptions;
}

/** One for the process, whichever copy of this package it was started by. */
const RUNNING = Symbol.for("throughline.1.running");
const home = globalThis as { [RUNNING]?: Running | undefined };

/**
 * Starts telemetry for this process, synchronously: when it returns, context, providers, propagation and HTTP hooks
 * are in place. Options win over the OTEL_* variables that they name. Never throws. A second call joins the first;
 * after a shutdown it begins anew. What was made is sent at the latest when the process comes to its natural end.
 *
 * @example
 * start({ service: "shop" });
 */
export function start(options: StartOptions = {}): Telemetry {
  const given = isOptions(options) ? options : {};
  if (home[RUNNING] !== undefined) return join(home[RUNNING], given);
  // Timers and sockets of telemetry belong to no request that happens to be the first to start it.
  const telemetry = runSuppressed(() => begin(settingsFor(given, offerToThisThread())));
  home[RUNNING] = { telemetry, options: copyOfOptions(given) };
  return telemetry;
}

function begin(settings: Settings): Telemetry {
  const before = (): void => {
    process.off("beforeExit", onNaturalEnd);
    for (const hook of hooks) hook.end();
    threads.withdraw();
    if (processState.providers === providers) processState.providers = undefined;
    processState.outside = new Context();
    home[RUNNING] = undefined;
  };
  // The last flush is to have its time, too, whatever ends the process meanwhile.
  const after = (): void => {
    endSignals();
    runtime?.end();
    endTelling();
    threads.end();
  };
  const { telemetry, providers, spans, logs } = build(settings, { before, after });
  const threads = amongThreads(settings, { spans, logs }, providers.meterProvider);
  processState.providers = providers;
  attachCallbacksOfProcess(providers.meterProvider, providers);
  registerGlobals(settings.contextManager);
  processState.outside = startedIn(settings.propagator);
  const hooks = httpHooks(settings);
  const runtime =
    settings.isRuntimeMeasured && !settings.isDisabled ? measured(providers.meterProvider) : undefined;
  const { signals, budget } = settings.exit;
  const endTelling = tellIfUnsent(unsentOf(telemetry, providers.meterProvider, settings));
  const flushAtExit = onceForEachMade(telemetry, providers.meterProvider, budget ?? EXIT_BUDGET);
  const onNaturalEnd = (): void => {
    // What cannot be sent now is told by whoever tries.
    endTelling();
    flushAtExit();
  };
  process.on("beforeExit", onNaturalEnd);
  const flush = (): Promise<unknown> => telemetry.flush({ timeout: budget ?? SIGNAL_BUDGET });
  const hurry = (): void => {
    spans.hurry?.();
    logs.hurry?.();
  };
  const endSignals = signals ? endAtSignals({ of: "telemetry", hurry, end: flush }) : () => {};
  return telemetry;
}

/** Where the process was started: within the trace that its environment tells of, if it does. */
function startedIn(propagator: TextMapPropagator): Context {
  return contextFrom(environmentCarrier([...propagator.fields(), VARIABLES]), new Context());
}

/** The runtime, but where the meter provider, which may be another SDK's, fails. */
function measured(meterProvider: MeterProvider): Subscription | undefined {
  try {
    return measureRuntime(meterProvider);
  } catch (thrown) {
    report("plugin_failed", `a meter provider of another SDK failed (${describe(thrown)})`);
    return undefined;
  }
}

function httpHooks({ http, contextManager }: Settings): readonly { end(): void }[] {
  const { server, client, policy } = http;
  // Also for requests that middleware alone hears of.
  const hooks: { end(): void }[] = [usePolicy(policy)];
  if (client) hooks.push(traceHttpClient(policy), traceFetch(policy));
  if (!server) return hooks;
  if (processState.ownsContext) hooks.push(traceHttpServer(policy));
  else if (contextManager !== undefined) reportUntraced();
  return hooks;
}

/** A span that is not active where its request is handled would tear each trace in two. */
function reportUntraced(): void {
  report(
    "requests_untraced",
    "requests that node:http receives are not traced: their handlers can be put into our own contexts alone, and another ContextManager keeps them; use our middleware, or the instrumentation of its SDK",
  );
}

/** At most so many flushes at the end of a process, for a host that makes a span each time it is asked … */
const FLUSHES_AT_EXIT = 3;

/** … and at most so long in all of them together, in ms. */
const EXIT_BUDGET = 5_000;

/** At a signal somebody waits. */
const SIGNAL_BUDGET = 2_000;

/** A flush as the event loop runs dry, again only if there is something new: Node asks anew after each. */
function onceForEachMade(telemetry: Telemetry, meterProvider: MeterProvider, inAll: number): () => void {
  let left = FLUSHES_AT_EXIT;
  let budget = inAll;
  let flushed = -1;
  return () => {
    const { spans, logs } = telemetry.report();
    const made = spans.made + logs.made + tallyOf(meterProvider).measured;
    if (made === flushed || left === 0 || budget <= 0) return;
    left--;
    flushed = made;
    const began = performance.now();
    void telemetry.flush({ timeout: budget }).then(() => {
      budget -= performance.now() - began;
    });
  };
}

/** The one that runs, without the power to end it with a block. */
function join({ telemetry, options }: Running, given: StartOptions): Telemetry {
  if (!areSameOptions(given, {}) && !areSameOptions(given, options))
    report(
      "start_ignored",
      "start() was called again with other options; those of the first call, which throughline/register makes too, stay in force",
    );
  return { ...telemetry, [Symbol.asyncDispose]: async () => {} };
}
