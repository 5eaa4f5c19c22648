import { BATCH_PROCESSOR, BATCH_PROCESSOR_ON_NODE } from "./batch-processor.ts";
import { CONSOLE_EXPORTER, MEMORY_EXPORTER } from "./exporters.ts";
import {
  LIMITS_FROM_ENVIRONMENT,
  SAMPLER_FROM_ENVIRONMENT,
  SAMPLING_FROM_ENVIRONMENT,
} from "./from-environment.ts";
import { PROCESSORS_IN_ORDER, RANDOM_IDS } from "./ids-and-order.ts";
import { ALWAYS_OFF, ALWAYS_ON, ALWAYS_RECORD, PARENT_BASED, SAMPLER, TRACE_ID_RATIO } from "./samplers.ts";
import { SIMPLE_PROCESSOR } from "./simple-processor.ts";
import { SPAN_ATTRIBUTES } from "./span-attributes.ts";
import { SPAN_EVENTS_AND_LINKS } from "./span-events-and-links.ts";
import { SPAN_LIFE } from "./span-life.ts";
import { SPAN_STATUS } from "./span-status.ts";
import type { Table } from "./stage.ts";
import { TRACER_PROVIDER } from "./tracer-provider.ts";
import { TRACER } from "./tracer.ts";

const TEST = "sdk-trace/test";
const BASE_TEST = "opentelemetry-sdk-trace-base/test";

/** The official tests under packages/ of open-telemetry/opentelemetry-js at 61126358cb, without those for browsers. */
export const TABLES: readonly Table[] = [
  { of: `${TEST}/common/MultiSpanProcessor.test.ts`, whose: "ours", titles: 7, rows: PROCESSORS_IN_ORDER },
  { of: `${TEST}/common/RandomIdGenerator.test.ts`, whose: "ours", titles: 4, rows: RANDOM_IDS },
  {
    of: `${TEST}/common/Span.test.ts`,
    whose: "ours",
    titles: 66,
    rows: [...SPAN_LIFE, ...SPAN_ATTRIBUTES, ...SPAN_EVENTS_AND_LINKS, ...SPAN_STATUS],
  },
  { of: `${TEST}/common/Tracer.test.ts`, whose: "ours", titles: 16, rows: TRACER },
  { of: `${TEST}/common/TracerProvider.test.ts`, whose: "ours", titles: 33, rows: TRACER_PROVIDER },
  {
    of: `${TEST}/common/export/BatchSpanProcessorBase.test.ts`,
    whose: "theirs",
    titles: 24,
    rows: BATCH_PROCESSOR,
  },
  {
    of: `${TEST}/common/export/ConsoleSpanExporter.test.ts`,
    whose: "theirs",
    titles: 2,
    rows: CONSOLE_EXPORTER,
  },
  {
    of: `${TEST}/common/export/InMemorySpanExporter.test.ts`,
    whose: "theirs",
    titles: 6,
    rows: MEMORY_EXPORTER,
  },
  {
    of: `${TEST}/common/export/SimpleSpanProcessor.test.ts`,
    whose: "theirs",
    titles: 13,
    rows: SIMPLE_PROCESSOR,
  },
  { of: `${TEST}/common/sampler/AlwaysOffSampler.test.ts`, whose: "ours", titles: 2, rows: ALWAYS_OFF },
  { of: `${TEST}/common/sampler/AlwaysOnSampler.test.ts`, whose: "ours", titles: 2, rows: ALWAYS_ON },
  { of: `${TEST}/common/sampler/AlwaysRecordSampler.test.ts`, whose: "ours", titles: 6, rows: ALWAYS_RECORD },
  { of: `${TEST}/common/sampler/ParentBasedSampler.test.ts`, whose: "ours", titles: 7, rows: PARENT_BASED },
  { of: `${TEST}/common/sampler/Sampler.test.ts`, whose: "ours", titles: 2, rows: SAMPLER },
  {
    of: `${TEST}/common/sampler/TraceIdRatioBasedSampler.test.ts`,
    whose: "ours",
    titles: 11,
    rows: TRACE_ID_RATIO,
  },
  { of: `${TEST}/node/inspect.test.ts`, whose: "ours", titles: 5, rows: [] },
  { of: `${BASE_TEST}/common/BasicTracerProvider-shim.test.ts`, whose: "ours", titles: 3, rows: [] },
  { of: `${BASE_TEST}/common/BatchSpanProcessor-shim.test.ts`, whose: "theirs", titles: 1, rows: [] },
  { of: `${BASE_TEST}/common/SimpleSpanProcessor-shim.test.ts`, whose: "theirs", titles: 1, rows: [] },
  {
    of: `${BASE_TEST}/node/BasicTracerProvider.test.ts`,
    whose: "ours",
    titles: 4,
    rows: LIMITS_FROM_ENVIRONMENT,
  },
  {
    of: `${BASE_TEST}/node/BatchSpanProcessor.test.ts`,
    whose: "theirs",
    titles: 1,
    rows: BATCH_PROCESSOR_ON_NODE,
  },
  { of: `${BASE_TEST}/node/Tracer.test.ts`, whose: "ours", titles: 3, rows: SAMPLING_FROM_ENVIRONMENT },
  { of: `${BASE_TEST}/node/config.test.ts`, whose: "ours", titles: 8, rows: SAMPLER_FROM_ENVIRONMENT },
];
