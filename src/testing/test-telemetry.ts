import { inspect } from "node:util";
import { Context } from "../context/context.ts";
import { runIn } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import type { IdGenerator } from "../core/ids.ts";
import { LoggerProvider } from "../logs/logger-provider.ts";
import { attachCallbacksOfProcess } from "../metrics/callback-registry.ts";
import type { ReadableSpan, SpanRecord } from "../trace/record.ts";
import type { SpanProcessor } from "../trace/span-processor.ts";
import { Span } from "../trace/span.ts";
import { TracerProvider } from "../trace/tracer-provider.ts";
import { W3C_PROPAGATOR } from "../propagation/w3c-propagator.ts";
import { drawTelemetry } from "./draw-telemetry.ts";
import { clockOf, type FixedClock } from "./fixed-clock.ts";
import { type RecordedLog, RecordedLogs } from "./recorded-logs.ts";
import { type RecordedMetric, RecordedMetrics } from "./recorded-metrics.ts";
import { type SpanTree, spanTrees } from "./span-tree.ts";

/** What a test sees of its own telemetry, at any moment. */
export interface TestTelemetry {
  /** Those that have ended, in the order of their start. */
  readonly spans: readonly ReadableSpan[];
  /** The ended spans as trees, in the order of their start. */
  trees(): SpanTree[];
  /** A metric by its name, of whatever instrumentation scope. */
  metric(name: string): RecordedMetric;
  /** All metrics with a measurement. */
  metrics(): readonly RecordedMetric[];
  /** Records of the OpenTelemetry logs API, in the order in which they were emitted. */
  readonly logs: readonly RecordedLog[];
  /** The traces as waterfalls, what has not ended, and the metrics as a table; `console.log` shows the same. */
  toString(): string;
}

export interface TestTelemetryOptions {
  /** For the times of spans; without it they are those of the system. */
  readonly clock?: FixedClock | undefined;
  /** Makes the ids of traces and spans; random ones without it. */
  readonly idGenerator?: IdGenerator | undefined;
}

/** A test with telemetry of its own; its result is that of the function. */
export type Test<Arguments extends unknown[], Result> = (this: unknown, ...args: Arguments) => Result;

/**
 * A test, to be given to `it` or `test`, in which everything that is called has telemetry of its own: spans, metrics and
 * logs go to `t` and nowhere else, also those of code that knows the OpenTelemetry API alone, however many tests run at
 * once. Context variables are as outside any operation. Needs no `start()`.
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION
 * @example
 * const test = testTelemetry((t) => {
 *   withSpan("checkout", () => {});
 *   console.log(t.spans.length);
 * });
 * await test();
 */
export function testTelemetry<Arguments extends unknown[], Result>(
  fn: (t: TestTelemetry, ...args: Arguments) => Result,
): Test<Arguments, Result>;
export function testTelemetry<Arguments extends unknown[], Result>(
  options: TestTelemetryOptions,
  fn: (t: TestTelemetry, ...args: Arguments) => Result,
): Test<Arguments, Result>;
export function testTelemetry<Arguments extends unknown[], Result>(
  optionsOrFn: TestTelemetryOptions | ((t: TestTelemetry, ...args: Arguments) => Result),
  last?: (t: TestTelemetry, ...args: Arguments) => Result,
): Test<Arguments, Result> {
  const fn: unknown = last ?? optionsOrFn;
  requireFunction(fn, "testTelemetry(options?, fn)");
  const options = last === undefined ? {} : readable(optionsOrFn as TestTelemetryOptions | null);
  // Without a length: mocha takes a function that declares a parameter for one that calls back.
  return notAwaited(function test(this: unknown, ...args: Arguments): Result {
    const { context, telemetry } = telemetryOfItsOwn(options);
    return runIn(context, () => (fn as (...all: unknown[]) => Result).call(this, telemetry, ...args));
  });
}

/** None of what cannot be read. */
function readable(options: TestTelemetryOptions | null): TestTelemetryOptions {
  try {
    return { ...options };
  } catch (thrown) {
    report("invalid_argument", `the options of testTelemetry() could not be read (${describe(thrown)})`);
    return {};
  }
}

/** A test that is awaited in the place of being called would be one that passes without being run. */
function notAwaited<Fn extends object>(test: Fn): Fn {
  // oxlint-disable-next-line unicorn/no-thenable -- on purpose: await is to fail
  return Object.defineProperty(test, "then", { value: rejectAwaiting });
}

function rejectAwaiting(_resolve: unknown, reject: (reason: unknown) => void): void {
  reject(new ThroughlineError("THR_TEST_NOT_CALLED", "testTelemetry(options?, fn)"));
}

/** Spans as they started: readable, and as they are drawn. */
type Started = (ReadableSpan & SpanRecord)[];

function telemetryOfItsOwn({ clock, idGenerator }: TestTelemetryOptions): {
  readonly context: Context;
  readonly telemetry: TestTelemetry;
} {
  const started: Started = [];
  const fixed = clockOf(clock);
  const clocks = fixed && { current: () => fixed, renew: () => fixed };
  const tracerProvider = new TracerProvider({
    sink: { accept: () => {} },
    processors: [noteEach(started)],
    idGenerator,
    clocks,
  });
  const meterProvider = new RecordedMetrics();
  const recordedLogs = new RecordedLogs();
  const loggerProvider = new LoggerProvider({ sink: recordedLogs, clocks });
  const providers = { tracerProvider, meterProvider, loggerProvider, propagator: W3C_PROPAGATOR };
  attachCallbacksOfProcess(meterProvider, providers);
  const ended = (): Started => started.filter((span) => span.ended);
  const telemetry: TestTelemetry = {
    get spans() {
      return ended();
    },
    trees: () => spanTrees(ended()),
    metric: (name) => meterProvider.named(name),
    metrics: () => meterProvider.all(),
    logs: recordedLogs.logs,
    toString: () => drawTelemetry(started, meterProvider.all()),
  };
  Object.defineProperty(telemetry, inspect.custom, { value: () => String(telemetry) });
  return { context: new Context(undefined, providers), telemetry };
}

function noteEach(started: Started): SpanProcessor {
  return {
    onStart: (span) => {
      if (span instanceof Span) started.push(span);
    },
    onEnd: () => {},
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}
