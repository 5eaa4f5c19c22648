import { quote, report } from "../core/diagnostics.ts";

/**
 * How a recorder is to be.
 *
 * @example
 * const options = { maxPending: 100_000 };
 * const recorder = new RecorderLoop().run(() => new MetricsRecorder("document_storage", options));
 */
export interface RecorderOptions {
  /** So many events may wait until they are counted, 10,000 by default; more are refused. */
  readonly maxPending?: number;
}

/**
 * How a loop is to be.
 *
 * @example
 * const loop = new RecorderLoop({ exportMetrics: true });
 */
export interface RecorderLoopOptions {
  /**
   * Whether what its recorders count is exported as OpenTelemetry metrics, too: each metric as a gauge of its name, with a
   * series for each `dimension`. Default false.
   */
  readonly exportMetrics?: boolean;
}

const MAX_PENDING = 10_000;

/** The bound that the options of `subject` give; what is none is reported. Never throws. */
export function maxPendingOf(options: RecorderOptions | undefined, subject: string): number {
  const given = optionOf(options, "maxPending", subject) ?? MAX_PENDING;
  if (typeof given === "number" && given >= 1) return given;
  report("invalid_configuration", `${subject} has maxPending ${quote(given)}; a number of events is needed`);
  return MAX_PENDING;
}

/** Whether the options of `subject` say so. Never throws. */
export function exportsMetrics(options: RecorderLoopOptions | undefined, subject: string): boolean {
  const given = optionOf(options, "exportMetrics", subject) ?? false;
  if (typeof given === "boolean") return given;
  report("invalid_configuration", `${subject} has exportMetrics ${quote(given)}; it is true or false`);
  return false;
}

/** Undefined where there is none, and where a getter or a proxy throws. */
export function optionOf<Options extends object, Name extends keyof Options & string>(
  options: Options | undefined,
  name: Name,
  subject: string,
): Options[Name] | undefined {
  try {
    return (options as Options | null | undefined)?.[name];
  } catch {
    report("invalid_configuration", `${subject} has an option ${name} that cannot be read; it is left out`);
    return undefined;
  }
}
