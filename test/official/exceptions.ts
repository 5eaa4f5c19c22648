/** Why titles of theirs have no row. Only "differs" is of public behaviour that ours could have. */
type Kind =
  /** Of private parts of theirs. */
  | "private"
  /** Of environment variables: read by start(). */
  | "environment"
  /** Of what start() does in ours, in whose tests it is. */
  | "start"
  /** Of what theirs calls experimental. */
  | "experimental"
  /** Of something that ours has no counterpart of. */
  | "theirs"
  /** Ours does otherwise, on purpose. */
  | "differs";

export interface Exceptions {
  readonly of: string;
  readonly at: readonly number[];
  readonly kind: Kind;
  readonly reason: string;
}

const METRICS = "metrics of the SDK about itself; ours counts in report()";
const TEST = "sdk-trace/test";
const BASE_TEST = "opentelemetry-sdk-trace-base/test";

export const EXCEPTIONS: readonly Exceptions[] = [
  {
    of: `${TEST}/common/Span.test.ts`,
    at: [12],
    kind: "differs",
    reason: "what is done to a span that has ended is left out silently; the specification asks for no more",
  },
  {
    of: `${TEST}/common/Span.test.ts`,
    at: [31],
    kind: "differs",
    reason: "beyond the limit the first links stay, theirs keeps the last; the specification leaves it open",
  },
  {
    of: `${TEST}/common/Span.test.ts`,
    at: [61],
    kind: "differs",
    reason: "whatever was thrown is recorded: JavaScript may throw anything",
  },
  {
    of: `${TEST}/common/TracerProvider.test.ts`,
    at: [21, 26],
    kind: "theirs",
    reason: "the API's own context manager, which does nothing: no part of either SDK",
  },
  {
    of: `${TEST}/common/TracerProvider.test.ts`,
    at: [23, 24, 25],
    kind: "start",
    reason:
      "how a flush ended is in telemetry.report(), and its deadline is an argument of telemetry.flush()",
  },
  {
    of: `${TEST}/common/TracerProvider.test.ts`,
    at: [27],
    kind: "start",
    reason: "the default resource is made by start()",
  },
  {
    of: `${TEST}/common/TracerProvider.test.ts`,
    at: [29, 30, 31, 32, 33],
    kind: "experimental",
    reason: METRICS,
  },
  {
    of: `${TEST}/common/export/BatchSpanProcessorBase.test.ts`,
    at: [4],
    kind: "private",
    reason: "a method for subclasses in browsers",
  },
  {
    of: `${TEST}/common/export/BatchSpanProcessorBase.test.ts`,
    at: [24],
    kind: "experimental",
    reason: METRICS,
  },
  {
    of: `${TEST}/common/export/SimpleSpanProcessor.test.ts`,
    at: [13],
    kind: "experimental",
    reason: METRICS,
  },
  {
    of: `${TEST}/common/sampler/AlwaysRecordSampler.test.ts`,
    at: [1, 2, 3, 4, 5, 6],
    kind: "theirs",
    reason: "a sampler that ours lacks, and that sdk-trace-base and sdk-trace-node 2.12 do not export either",
  },
  {
    of: `${TEST}/node/inspect.test.ts`,
    at: [1, 2, 3, 4, 5],
    kind: "theirs",
    reason: "the text that util.inspect makes of their classes",
  },
  {
    of: `${BASE_TEST}/common/BasicTracerProvider-shim.test.ts`,
    at: [1],
    kind: "theirs",
    reason: "that two names of theirs are one class",
  },
  {
    of: `${BASE_TEST}/common/BasicTracerProvider-shim.test.ts`,
    at: [2, 3],
    kind: "start",
    reason:
      "a second set of limits, as a default of the first; ours has one, and start() reads the environment",
  },
  {
    of: `${BASE_TEST}/common/BatchSpanProcessor-shim.test.ts`,
    at: [1],
    kind: "theirs",
    reason: "that two names of theirs are one class",
  },
  {
    of: `${BASE_TEST}/common/SimpleSpanProcessor-shim.test.ts`,
    at: [1],
    kind: "theirs",
    reason: "that two names of theirs are one class",
  },
  ...(
    [
      ["BasicTracerProvider", 4],
      ["BatchSpanProcessor", 1],
      ["Tracer", 3],
      ["config", 8],
    ] as const
  ).map(([file, titles]): Exceptions => ({
    of: `${BASE_TEST}/node/${file}.test.ts`,
    at: Array.from({ length: titles }, (_, each) => each + 1),
    kind: "environment",
    reason: "start() reads the environment",
  })),
];
