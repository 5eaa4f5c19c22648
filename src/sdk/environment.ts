import type { Attributes } from "@opentelemetry/api";
import type { Verbosity } from "../core/diagnostics.ts";
import type { Limits } from "../core/limits.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { BatchLimits } from "../export/batch-limits.ts";
import { environmentName } from "../propagation/environment-name.ts";
import { parseResourceAttributes } from "../resource/parse-resource-attributes.ts";
import { type OtlpEnvironment, readOtlp } from "./otlp-environment.ts";
import { SAMPLER_NAMES, type SamplerName } from "./samplers.ts";
import { VariableReader, type Variables } from "./variables.ts";

const EXPORTERS = ["otlp", "console", "none"] as const;
export type ExporterName = (typeof EXPORTERS)[number];

const TEMPORALITIES = ["cumulative", "delta", "lowmemory"] as const;
const HISTOGRAMS = ["explicit_bucket_histogram", "base2_exponential_bucket_histogram"] as const;

/** What the OTEL_* variables say; undefined where one is unset, empty or invalid.  (Specification: Environment Variables) */
export interface Environment {
  readonly isDisabled: boolean;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Attributes;
  readonly detectors: readonly string[] | undefined;
  readonly propagators: readonly string[] | undefined;
  readonly sampler: SamplerName | undefined;
  /** The sampler's argument, from 0 to 1. */
  readonly samplerRatio: number | undefined;
  readonly limits: Partial<Limits>;
  readonly batch: Partial<BatchLimits>;
  /** The base of the URLs of all signals. */
  readonly endpoint: string | undefined;
  readonly tracesExporter: ExporterName | undefined;
  readonly traces: OtlpEnvironment;
  readonly metricsExporter: ExporterName | undefined;
  readonly metrics: OtlpEnvironment;
  readonly collection: CollectionEnvironment;
  readonly logsExporter: ExporterName | undefined;
  readonly logs: OtlpEnvironment;
  readonly logLimits: Partial<Limits>;
  readonly logBatch: Partial<BatchLimits>;
  /** Of HTTP, as they are written. */
  readonly knownMethods: readonly string[] | undefined;
}

/** How metrics are collected; times in ms. */
export interface CollectionEnvironment {
  readonly interval: number | undefined;
  readonly timeout: number | undefined;
  readonly temporality: (typeof TEMPORALITIES)[number] | undefined;
  readonly histograms: (typeof HISTOGRAMS)[number] | undefined;
}

/** The only reader of the process's environment. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const reader = new VariableReader(variables);
  const sampler = reader.oneOf(SAMPLER_NAMES, "OTEL_TRACES_SAMPLER");
  return {
    isDisabled: reader.boolean("OTEL_SDK_DISABLED"),
    serviceName: reader.text("OTEL_SERVICE_NAME"),
    resourceAttributes:
      reader.read(
        ["OTEL_RESOURCE_ATTRIBUTES"],
        parseResourceAttributes,
        "key=value,key=value, percent-encoded",
      ) ?? {},
    detectors: reader.list("OTEL_NODE_RESOURCE_DETECTORS"),
    propagators: reader.list("OTEL_PROPAGATORS"),
    sampler,
    samplerRatio:
      sampler?.endsWith("traceidratio") === true
        ? reader.read(["OTEL_TRACES_SAMPLER_ARG"], ratio, "a number from 0 to 1")
        : undefined,
    limits: readLimits(reader),
    batch: readBatch(reader, "OTEL_BSP"),
    endpoint: reader.text("OTEL_EXPORTER_OTLP_ENDPOINT"),
    tracesExporter: reader.oneOf(EXPORTERS, "OTEL_TRACES_EXPORTER"),
    metricsExporter: reader.oneOf(EXPORTERS, "OTEL_METRICS_EXPORTER"),
    logsExporter: reader.oneOf(EXPORTERS, "OTEL_LOGS_EXPORTER"),
    logLimits: readLogLimits(reader),
    logBatch: readBatch(reader, "OTEL_BLRP"),
    ...readOtlp(reader),
    collection: {
      interval: reader.duration(1, "OTEL_METRIC_EXPORT_INTERVAL"),
      timeout: reader.timeout("OTEL_METRIC_EXPORT_TIMEOUT"),
      temporality: reader.oneOf(TEMPORALITIES, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"),
      histograms: reader.oneOf(HISTOGRAMS, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"),
    },
    knownMethods: reader.words("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"),
  };
}

/** What the environment tells of the trace that started this process, for propagators that read these fields. */
export function environmentCarrier(fields: readonly string[]): Variables {
  return Object.fromEntries(fields.map((field) => [field, process.env[environmentName(field)]]));
}

/** This process's environment with more, for a child. */
export function environmentWith(variables: Variables): Variables {
  return { ...process.env, ...variables };
}

/** Read before all else, which may have something to tell. Our lines are warnings.  (Specification: OTEL_LOG_LEVEL) */
export function readVerbosity(variables: Variables = process.env): Verbosity {
  const levels = ["none", "error", "warn", "info", "debug", "verbose", "all"] as const;
  const level = new VariableReader(variables).oneOf(levels, "OTEL_LOG_LEVEL") ?? "info";
  if (level === "none" || level === "error") return "silent";
  return level === "warn" || level === "info" ? "once" : "each";
}

function ratio(text: string): number | undefined {
  const value = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? value : undefined;
}

const GENERAL_COUNT = "OTEL_ATTRIBUTE_COUNT_LIMIT";
const GENERAL_LENGTH = "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT";

/** A span's own limits before those of attributes in general. */
function readLimits(reader: VariableReader): Partial<Limits> {
  return withoutUndefined({
    attributeCountLimit: reader.whole(0, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", GENERAL_COUNT),
    attributeValueLengthLimit: reader.whole(0, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", GENERAL_LENGTH),
    eventCountLimit: reader.whole(0, "OTEL_SPAN_EVENT_COUNT_LIMIT"),
    linkCountLimit: reader.whole(0, "OTEL_SPAN_LINK_COUNT_LIMIT"),
    attributePerEventCountLimit: reader.whole(0, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", GENERAL_COUNT),
    attributePerLinkCountLimit: reader.whole(0, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", GENERAL_COUNT),
  });
}

/** The same of a log record. */
function readLogLimits(reader: VariableReader): Partial<Limits> {
  return withoutUndefined({
    attributeCountLimit: reader.whole(0, "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", GENERAL_COUNT),
    attributeValueLengthLimit: reader.whole(0, "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", GENERAL_LENGTH),
  });
}

/** Of spans, or of log records. */
function readBatch(reader: VariableReader, prefix: "OTEL_BSP" | "OTEL_BLRP"): Partial<BatchLimits> {
  return withoutUndefined({
    delay: reader.duration(0, `${prefix}_SCHEDULE_DELAY`),
    exportTimeout: reader.timeout(`${prefix}_EXPORT_TIMEOUT`),
    queueRecords: reader.whole(1, `${prefix}_MAX_QUEUE_SIZE`),
    batchRecords: reader.whole(1, `${prefix}_MAX_EXPORT_BATCH_SIZE`),
  });
}
