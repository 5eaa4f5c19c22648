import {
  type Attributes,
  type Context,
  diag,
  DiagLogLevel,
  type HrTime,
  ROOT_CONTEXT,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
} from "@opentelemetry/api";
import type { ReadableSpan as OfficialReadableSpan } from "@opentelemetry/sdk-trace-node";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import type { Span } from "../../src/trace/span.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import type { TracingOptions } from "../../src/trace/tracing-setup.ts";

/**
 * A row: which of their titles it restates, by its place in their file, what it says of ours, and the proof; where not
 * all that theirs says holds, also what does not.
 */
export type Row = readonly [at: number, title: string, holds: () => unknown, but?: string];

/**
 * Whose behaviour a file of theirs is of: that of what ours has too, or that of official parts that ours can be used
 * with, in whose rows these are theirs and the spans are ours.
 */
export type Whose = "ours" | "theirs";

/** One file of the official tests, under packages/ of their repository. */
export interface Table {
  readonly of: string;
  readonly whose: Whose;
  readonly titles: number;
  readonly rows: readonly Row[];
}

export const PARENT: SpanContext = {
  traceId: "0123456789abcdef0123456789abcdef",
  spanId: "fedcba9876543210",
  traceFlags: TraceFlags.SAMPLED,
};

/** What the API's type allows. */
export const VALID: Attributes = {
  text: "a",
  zero: 0,
  flag: true,
  texts: ["a", "b"],
  numbers: [1, 2],
  flags: [true, false],
};

/** What theirs leaves out, and ours does not.  (Specification: AnyValue) */
export const VALID_IN_OURS: Attributes = { map: { a: 1 } as never, mixed: [0, ""] as never };
export const BUT_ANY_VALUE = "maps and mixed arrays are attributes of ours";

/** What both leave out. */
export const INVALID: Attributes = {
  "": "without a key",
  function: (() => {}) as never,
  bigint: 1n as never,
};

export interface Stage {
  readonly provider: TracerProvider;
  /** What has ended, in order. */
  readonly ended: Span[];
  readonly start: (options?: SpanOptions, context?: Context) => Span;
}

/** A provider of ours, with a processor that keeps what ends, behind those that are given. */
export function stage(options: Partial<TracingOptions> = {}): Stage {
  const seen: Span[] = [];
  const keeping = processor({ onEnd: (span) => void seen.push(span as Span) });
  const provider = new TracerProvider({
    sink: { accept: () => {} },
    ...options,
    processors: [...(options.processors ?? []), keeping],
  });
  const tracer = provider.getTracer("stage", "1.0.0");
  return {
    provider,
    ended: seen,
    start: (own, context = ROOT_CONTEXT) => tracer.startSpan("span", own, context) as Span,
  };
}

/** A span that has begun. */
export const started = (options: SpanOptions = {}, limits: Partial<Limits> = {}): Span =>
  stage({ limits: { ...DEFAULT_LIMITS, ...limits } }).start(options);

/** A span that has ended after `use`. */
export function ended(
  use: (span: Span) => void,
  limits: Partial<Limits> = {},
  options: SpanOptions = {},
): Span {
  const span = started(options, limits);
  use(span);
  span.end();
  return span;
}

export const processor = (own: Partial<SpanProcessor>): SpanProcessor => ({
  onStart: () => {},
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
  ...own,
});

/** The same span by the official type, which differs for who sets exactOptionalPropertyTypes. */
export const official = (span: object): OfficialReadableSpan => span as OfficialReadableSpan;

export const milliseconds = ([seconds, nanoseconds]: HrTime): number => seconds * 1e3 + nanoseconds / 1e6;

/** What the official packages tell on the API's diagnostics channel while `use` runs, which sees it, too. */
export async function told(use: (lines: readonly string[]) => unknown): Promise<string[]> {
  const lines: string[] = [];
  const tell = (...line: unknown[]): void => void lines.push(line.map(String).join(" "));
  diag.setLogger(
    { error: tell, warn: tell, info: tell, debug: tell, verbose: tell },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  lines.length = 0;
  try {
    await use(lines);
  } finally {
    diag.disable();
  }
  return lines;
}
