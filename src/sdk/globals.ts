import {
  context,
  type ContextManager,
  createNoopMeter,
  metrics,
  propagation,
  ProxyTracerProvider,
  trace,
  type MeterProvider,
  type TracerProvider,
} from "@opentelemetry/api";
import type { Context as OurContext } from "../context/context.ts";
import { currentContext, providersIn } from "../context/current.ts";
import { foreignManager } from "../context/foreign-manager.ts";
import { ThroughlineContextManager } from "../context/manager.ts";
import { processState } from "../context/process-state.ts";
import { report } from "../core/diagnostics.ts";
import { W3CPropagator } from "../propagation/propagator.ts";
import { currentTracer } from "../trace/current-tracer.ts";

const silentTracers = new ProxyTracerProvider();
const silentMeter = createNoopMeter();

/** What the API knows as global: it asks the current context for each span, so a tenant, a test or a restart is honoured. */
const tracerProvider: TracerProvider = {
  getTracer: (name, version, options) => {
    const tracerIn = currentTracer(name, version, options, ownTracerProvider);
    return {
      startSpan: (spanName, spanOptions, parent) => {
        const active = currentContext();
        return tracerIn(active).startSpan(spanName, spanOptions, parent === undefined ? active : parent);
      },
      startActiveSpan: (...args: unknown[]) =>
        (tracerIn(currentContext()).startActiveSpan as (...all: unknown[]) => never)(...args),
    };
  },
};

/** As above, but for each meter: an instrument stays with the provider that it was made from. */
const meterProvider: MeterProvider = {
  getMeter: (...scope) => providersIn(currentContext())?.meterProvider.getMeter(...scope) ?? silentMeter,
};

/** Never the API's own, which is this one: what is not ours to trace is silent. */
function ownTracerProvider(current: OurContext): TracerProvider {
  return providersIn(current)?.tracerProvider ?? silentTracers;
}

/**
 * Registers with the OpenTelemetry API, once in a process: what is registered outlives a shutdown and serves a restart.
 * Contexts are kept by `contextManager` where one is given.
 */
export function registerGlobals(contextManager: ContextManager | undefined): void {
  if (processState.isRegistered) {
    if (contextManager !== undefined && contextManager !== foreignManager()) reportTaken("context manager");
    return;
  }
  processState.isRegistered = true;
  const manager = contextManager ?? new ThroughlineContextManager();
  const isManagerTaken = !context.setGlobalContextManager(manager);
  processState.ownsContext = contextManager === undefined && !isManagerTaken;
  const taken = [
    isManagerTaken && "context manager",
    trace.setGlobalTracerProvider(tracerProvider) || "tracer provider",
    metrics.setGlobalMeterProvider(meterProvider) || "meter provider",
    propagation.setGlobalPropagator(new W3CPropagator()) || "propagator",
  ].filter((result) => typeof result === "string");
  if (taken.length > 0) reportTaken(taken.join(", "));
}

function reportTaken(what: string): void {
  report(
    "api_conflict",
    `another library has registered its ${what} with the OpenTelemetry API first; telemetry made through the API goes there${processState.ownsContext ? "" : ", and requests that node:http receives are not traced"}`,
  );
}
