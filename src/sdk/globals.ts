import {
  context,
  type ContextManager,
  metrics,
  propagation,
  ProxyTracerProvider,
  trace,
  type TextMapPropagator,
  type Span,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import type * as Api from "@opentelemetry/api";
import { createRequire } from "node:module";
import type { Context as OurContext } from "../context/context.ts";
import { currentContext, providersIn } from "../context/current.ts";
import { type ApiGlobals, apiGlobals, foreignManager } from "../context/api-globals.ts";
import { ThroughlineContextManager } from "../context/manager.ts";
import { processState } from "../context/process-state.ts";
import { describe, report } from "../core/diagnostics.ts";
import { OFFICIAL_UNDICI, unlessBegun } from "../instrumentation/official-undici.ts";
import { contextualLoggers } from "../logs/contextual-loggers.ts";
import { contextualMeterProvider } from "../metrics/contextual-meter.ts";
import { W3C_PROPAGATOR } from "../propagation/w3c-propagator.ts";
import { currentTracer } from "../trace/current-tracer.ts";
import { startGuarded } from "../trace/guarded.ts";
import { startActive, type StartActiveRest } from "../trace/start-active.ts";
import { ownLogs, registerApiLogs } from "./log-globals.ts";

const silentTracers = new ProxyTracerProvider();

/** What the API knows as global: it asks the current context for each span, so a tenant, a test or a restart is honoured. */
const tracerProvider: TracerProvider = {
  getTracer: (name, version, options) => {
    const tracerIn = currentTracer(name, version, options, ownTracerProvider);
    const start: Tracer["startSpan"] = (spanName, spanOptions, parent) =>
      startGuarded(tracerIn, spanName, spanOptions, currentContext(), parent);
    const startSpan = name === OFFICIAL_UNDICI ? unlessBegun(start) : start;
    const startActiveSpan = <Call extends (span: Span) => unknown>(
      spanName: string,
      ...rest: StartActiveRest<Call>
    ): ReturnType<Call> =>
      startActive((spanOptions, parent) => startSpan(spanName, spanOptions, parent), rest);
    return { startSpan, startActiveSpan };
  },
};

const propagator: TextMapPropagator = {
  inject: (...carrier) => currentPropagator().inject(...carrier),
  extract: (...carrier) => currentPropagator().extract(...carrier),
  fields: () => currentPropagator().fields(),
};

function currentPropagator(): TextMapPropagator {
  return providersIn(currentContext())?.propagator ?? W3C_PROPAGATOR;
}

/** Never the API's own, which is this one: what is not ours to trace is silent. */
function ownTracerProvider(current: OurContext): TracerProvider {
  return providersIn(current)?.tracerProvider ?? silentTracers;
}

/**
 * Registers with the OpenTelemetry API. What is registered outlives a shutdown and serves a restart; what somebody has
 * disabled since is registered anew. Contexts are kept by `contextManager` where one is given.
 */
export function registerGlobals(contextManager: ContextManager | undefined): void {
  if (apiGlobals().trace === undefined) serveOtherBuild();
  const manager = contextManager ?? new ThroughlineContextManager();
  const isOther = contextManager !== undefined && apiGlobals().context !== contextManager;
  const taken = [
    register("context", () => context.setGlobalContextManager(manager), isOther) || "context manager",
    register("trace", () => trace.setGlobalTracerProvider(tracerProvider)) || "tracer provider",
    register("metrics", () => metrics.setGlobalMeterProvider(contextualMeterProvider)) || "meter provider",
    register("propagation", () => propagation.setGlobalPropagator(propagator)) || "propagator",
    registerLoggers() || "logger provider",
  ].filter((result) => typeof result === "string");
  processState.ownsContext = foreignManager() === undefined;
  if (taken.length > 0) reportTaken(taken.join(", "));
}

/**
 * The API may be in the process twice, as a module and as CommonJS: both find what is registered, but a tracer that
 * was asked for before is tied to the build that it was asked of.
 */
function serveOtherBuild(): void {
  const require = createRequire(import.meta.url);
  try {
    const build = require.cache[require.resolve("@opentelemetry/api")]?.exports as typeof Api | undefined;
    if (build === undefined || build.trace === trace) return;
    const provider = build.trace.getTracerProvider();
    if (provider instanceof build.ProxyTracerProvider) provider.setDelegate(tracerProvider);
  } catch (thrown) {
    report("plugin_failed", `another build of the OpenTelemetry API failed (${describe(thrown)})`);
  }
}

/** False where what is registered is another's. */
function register(part: keyof ApiGlobals, set: () => boolean, isOther = false): boolean {
  const ours = processState.globals[part];
  if (!isOther && ours !== undefined && ours === apiGlobals()[part]) return true;
  if (!set()) return false;
  processState.globals = { ...processState.globals, [part]: apiGlobals()[part] };
  return true;
}

/** With both packages that the logs API may be of. */
function registerLoggers(): boolean {
  const isRegistered =
    ownLogs === undefined ||
    register("logs", () => ownLogs?.setGlobalLoggerProvider(contextualLoggers) === true);
  return registerApiLogs() && isRegistered;
}

function reportTaken(what: string): void {
  report(
    "api_conflict",
    `another library has registered its ${what} with the OpenTelemetry API first; telemetry made through the API goes there${processState.ownsContext ? "" : ", and requests that node:http receives are not traced"}`,
  );
}
