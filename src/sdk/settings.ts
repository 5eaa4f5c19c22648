import type {
  Attributes,
  ContextManager,
  MeterProvider,
  TextMapPropagator,
  TracerProvider,
} from "@opentelemetry/api";
import type { IMetricReader, ViewOptions } from "@opentelemetry/sdk-metrics";
import { threadId } from "node:worker_threads";
import { AttributeSet } from "../core/attributes.ts";
import { LONGEST_WAIT } from "../core/deadline.ts";
import { quote, report } from "../core/diagnostics.ts";
import type { IdGenerator } from "../core/ids.ts";
import {
  type AttributeLimits,
  attributeLimits,
  DEFAULT_LIMITS,
  type Limits,
  NO_LIMITS,
  resolveLimits,
} from "../core/limits.ts";
import { nounFor } from "../core/noun.ts";
import type { Redactor } from "../core/redaction.ts";
import { partOf } from "../core/part.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { SpanExporter } from "../export/span-exporter.ts";
import type { Sampler } from "../trace/sampler.ts";
import type { SpanProcessor } from "../trace/span-processor.ts";
import type { BatchLimits } from "../export/batch-limits.ts";
import { isDelegating } from "../metrics/callback-registry.ts";
import { CompositePropagator } from "../propagation/composite-propagator.ts";
import { detect } from "../resource/detect.ts";
import { ServiceResource, serviceResource } from "../resource/resource.ts";
import type { CollectionEnvironment, Environment, ExporterName } from "./environment.ts";
import { type HttpSettings, httpSettings } from "./http-settings.ts";
import type { HttpTarget } from "../export/http-transport.ts";
import { otlpSettings } from "./otlp-settings.ts";
import type { Offer } from "../threads/offer.ts";
import { ExportingThread } from "../threads/exporting-thread.ts";
import { propagatorNamed } from "./propagators.ts";
import { redactorOption } from "./redactor-option.ts";
import { samplerNamed } from "./samplers.ts";
import type { StartOptions } from "./options.ts";

/** Options and environment resolved: options win, then variables, then the specification's defaults. */
export interface Settings {
  /** OTEL_SDK_DISABLED: contexts and headers travel, and nothing is recorded. */
  readonly isDisabled: boolean;
  /** What the service is, by what was detected, variables and options. */
  readonly resource: ServiceResource;
  readonly tracesExporter: ExporterName | SpanExporter;
  readonly traces: HttpTarget;
  readonly batch: Partial<BatchLimits>;
  readonly metricsExporter: ExporterName;
  readonly metrics: HttpTarget;
  readonly collection: CollectionEnvironment;
  readonly logsExporter: ExporterName;
  readonly logs: HttpTarget;
  readonly logBatch: Partial<BatchLimits>;
  readonly logLimits: AttributeLimits;
  readonly sampler: Sampler | undefined;
  readonly processors: readonly SpanProcessor[];
  readonly limits: Limits;
  readonly idGenerator: IdGenerator | undefined;
  /** Undefined: secrets stay. */
  readonly redactor: Redactor | undefined;
  readonly http: HttpSettings;
  readonly exit: { readonly signals: boolean; readonly budget: number | undefined };
  readonly propagator: TextMapPropagator;
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
  readonly readers: readonly IMetricReader[];
  readonly views: readonly ViewOptions[];
  readonly contextManager: ContextManager | undefined;
  /** In a worker: the thread that exports for it. */
  readonly exportingThread: ExportingThread | undefined;
  readonly isRuntimeMeasured: boolean;
  readonly isSelfMeasured: boolean;
}

/** Every name in StartOptions: a misspelt one would be passed over in silence. */
const NAMES = new Set([
  "service",
  "version",
  "environment",
  "resource",
  "exporter",
  "endpoint",
  "protocol",
  "headers",
  "timeout",
  "compression",
  "tls",
  "sampler",
  "processors",
  "limits",
  "http",
  "exit",
  "redact",
  "idGenerator",
  "propagators",
  "tracerProvider",
  "meterProvider",
  "readers",
  "views",
  "contextManager",
  "runtimeMetrics",
  "selfMetrics",
] satisfies (keyof StartOptions)[]) as ReadonlySet<string>;

export function resolveSettings(options: StartOptions, environment: Environment, given?: Offer): Settings {
  const exporter = exporterOption(options.exporter);
  const named = typeof exporter === "string" ? exporter : undefined;
  reportUnknown(options);
  // Whoever says where to goes there.
  const offer = exporter === undefined && options.endpoint === undefined ? given : undefined;
  const redactor = redactorOption(options.redact ?? offer?.redact);
  const settings = {
    isDisabled: environment.isDisabled,
    resource: resourceIn(options, environment, offer, redactor),
    tracesExporter: exporter ?? handedOver(offer?.wanted.spans) ?? environment.tracesExporter ?? "otlp",
    batch: environment.batch,
    metricsExporter: named ?? handedOver(offer?.wanted.metrics) ?? environment.metricsExporter ?? "otlp",
    logsExporter: named ?? handedOver(offer?.wanted.logs) ?? environment.logsExporter ?? "otlp",
    logBatch: environment.logBatch,
    logLimits: attributeLimits({ ...DEFAULT_LIMITS, ...environment.logLimits }),
    ...otlpSettings(options, environment),
    collection: environment.collection,
    sampler: partOf("sampler", options.sampler, "shouldSample") ?? samplerIn(environment),
    processors: partsOption("processors", options.processors, PROCESSOR),
    limits: resolveLimits(options.limits, environment.limits),
    idGenerator: partOf("idGenerator", options.idGenerator, "generateTraceId", "generateSpanId"),
    redactor,
    http: httpSettings(options.http, environment),
    exit: exitOption(options.exit),
    propagator: propagatorIn(options.propagators, environment, redactor),
    tracerProvider: tracerProviderOption(options),
    meterProvider: meterProviderOption(options),
    readers: partsOption("readers", options.readers, ["collect", "forceFlush", "shutdown"]),
    views: partsOption("views", options.views, []),
    contextManager: partOf("contextManager", options.contextManager, "active", "with", "bind"),
    isRuntimeMeasured: flag("runtimeMetrics", options.runtimeMetrics),
    isSelfMeasured: flag("selfMetrics", options.selfMetrics),
  };
  // Last, for it says hello to that thread.
  return { ...settings, exportingThread: offer && new ExportingThread(offer) };
}

/** Of a worker: what is exported is handed over, as OTLP; undefined where the worker is on its own. */
function handedOver(isWanted: boolean | undefined): "otlp" | "none" | undefined {
  if (isWanted === undefined) return undefined;
  return isWanted ? "otlp" : "none";
}

function reportUnknown(options: object): void {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
  if (unknown.length === 0) return;
  report(
    "invalid_configuration",
    `start() has no option ${unknown.join(", ")}; it has ${[...NAMES].join(", ")}`,
  );
}

/** Another's tracer provider makes its spans by its own settings. */
function tracerProviderOption(options: StartOptions): TracerProvider | undefined {
  const tracerProvider = partOf("tracerProvider", options.tracerProvider, "getTracer");
  if (tracerProvider !== undefined)
    reportUnused("tracerProvider", options, ["sampler", "processors", "limits", "idGenerator"]);
  return tracerProvider;
}

/** The same of metrics. */
function meterProviderOption(options: StartOptions): MeterProvider | undefined {
  const meterProvider = partOf("meterProvider", options.meterProvider, "getMeter");
  if (meterProvider !== undefined && isDelegating(meterProvider)) {
    report("invalid_configuration", "meterProvider is our own, which asks for the current one: ours is used");
    return undefined;
  }
  if (meterProvider !== undefined) reportUnused("meterProvider", options, ["readers", "views"]);
  return meterProvider;
}

function reportUnused(provider: string, options: StartOptions, names: readonly (keyof StartOptions)[]): void {
  const unused = names.filter((name) => options[name] !== undefined);
  if (unused.length === 0) return;
  report("invalid_configuration", `${unused.join(", ")}: not used beside ${provider}, which has its own`);
}

function exitOption(exit: unknown): Settings["exit"] {
  const { signals = true, budget } = Object(exit ?? {}) as { signals?: unknown; budget?: unknown };
  if (typeof signals !== "boolean" || !(budget === undefined || isMilliseconds(budget)))
    report("invalid_configuration", "exit is { signals: true or false, budget: a number of milliseconds }");
  return { signals: signals !== false, budget: isMilliseconds(budget) ? budget : undefined };
}

function isMilliseconds(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LONGEST_WAIT;
}

function propagatorIn(
  given: StartOptions["propagators"],
  environment: Environment,
  redactor: Redactor | undefined,
): TextMapPropagator {
  if (Array.isArray(given))
    return propagatorNamed(
      given.map((name) => String(name).toLowerCase()),
      redactor,
    );
  const own = partOf("propagators", given as TextMapPropagator | undefined, "inject", "extract", "fields");
  return own === undefined
    ? propagatorNamed(environment.propagators, redactor)
    : new CompositePropagator([own], redactor);
}

function resourceIn(
  options: StartOptions,
  environment: Environment,
  offer: Offer | undefined,
  redactor: Redactor | undefined,
): ServiceResource {
  const { detectors, resourceAttributes, serviceName } = environment;
  const isAsked = detectors === undefined || detectors.includes("all") || detectors.includes("env");
  const named = {
    "service.name": text("service", options.service),
    "service.version": text("version", options.version),
    "deployment.environment.name": text("environment", options.environment),
  };
  const given = new AttributeSet(NO_LIMITS);
  given.setAll(options.resource);
  const resource = serviceResource(
    detect(detectors),
    isAsked ? resourceAttributes : {},
    withoutUndefined({ "service.name": serviceName }),
    offer === undefined ? {} : { ...withoutInstance(offer.resource), "thread.id": threadId },
    given.toObject(),
    withoutUndefined(named),
  );
  return redactor === undefined ? resource : new ServiceResource(redactor.attributes(resource.attributes));
}

/** Each thread counts for itself, so its metrics are to be told from those of the others. */
function withoutInstance(resource: Attributes): Attributes {
  const { "service.instance.id": _instance, ...others } = resource;
  return others;
}

function samplerIn({ sampler, samplerRatio }: Environment): Sampler | undefined {
  return sampler === undefined ? undefined : samplerNamed(sampler, samplerRatio);
}

function exporterOption(value: unknown): ExporterName | SpanExporter | undefined {
  if (value === undefined || value === "otlp" || value === "console" || value === "none") return value;
  if (typeof value === "object" || typeof value === "function")
    return partOf("exporter", value as SpanExporter, "export", "shutdown");
  report("invalid_configuration", `exporter: ${quote(value)} is not known; otlp, console and none are`);
  return undefined;
}

const PROCESSOR = ["onStart", "onEnd", "forceFlush", "shutdown"] as const;

/** A list of what has these methods; what has not is reported, and left out. */
function partsOption<Part extends object>(
  name: string,
  parts: readonly Part[] | undefined,
  methods: readonly (keyof Part & string)[],
): readonly Part[] {
  if (parts === undefined) return [];
  if (Array.isArray(parts))
    return parts
      .map((part: Part, index) => partOf(`${name}[${index}]`, part, ...methods))
      .filter((part) => part !== undefined);
  report("invalid_configuration", `${name} is a list`);
  return [];
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string") return value;
  report("invalid_configuration", `${name} is a text, and was given as ${nounFor(value)}`);
  return undefined;
}

/** False unless it is asked for. */
function flag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value === true;
  report("invalid_configuration", `${name} is true or false, and was given as ${quote(value)}`);
  return false;
}
