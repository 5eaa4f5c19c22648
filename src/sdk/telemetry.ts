/// <reference lib="esnext.disposable" preserve="true" />
import { deadlineIn, endsBy, LONGEST_WAIT } from "../core/deadline.ts";
import { describe, report, type Trouble, troubles } from "../core/diagnostics.ts";
import { drainWorkers } from "../threads/worker-intake.ts";
import type { Account, SignalReport } from "../export/account.ts";
import type { Pipeline } from "./pipeline.ts";

/** The exact account of all telemetry since `start()`. */
export interface TelemetryReport {
  readonly spans: SignalReport;
  /** In data points. */
  readonly metrics: SignalReport;
  /** In records. */
  readonly logs: SignalReport;
  /** How often each trouble of telemetry's own came up in this process. */
  readonly troubles: Readonly<Partial<Record<Trouble, number>>>;
}

/** How long `flush` and `shutdown` may take. */
export interface FlushOptions {
  /** The longest that the call may take, in ms; default 5,000. */
  readonly timeout?: number | undefined;
}

/** What `start()` returns. With `await using` it shuts down at the end of the block. */
export interface Telemetry extends AsyncDisposable {
  /** Sends all that was made until now and resolves with the account when it has arrived, or at the time-out. Never rejects. */
  flush(options?: FlushOptions): Promise<TelemetryReport>;
  /** A last flush; then hooks and timers are gone, and `start()` begins anew. Never rejects; later calls join the first. */
  shutdown(options?: FlushOptions): Promise<TelemetryReport>;
  /** The account as it stands; costs nothing. */
  report(): TelemetryReport;
}

const FLUSH_TIMEOUT = 5_000;

/** Of one signal: the way out, and what became of all that went that way. */
interface Way {
  readonly pipeline: Pipeline;
  readonly account: Account;
}

export type Ways = Readonly<Record<"spans" | "metrics" | "logs", Way>>;

/** What `start()` has put around a telemetry. */
export interface Surroundings {
  /** Undoes what is to be gone before the last flush … */
  readonly before?: () => void;
  /** … and after it. */
  readonly after?: () => void;
}

/** All signals under one handle. */
export function telemetryOf(ways: Ways, around: Surroundings): Telemetry {
  const { spans, metrics, logs } = ways;
  const account = (): TelemetryReport => ({
    spans: spans.account.report(),
    metrics: metrics.account.report(),
    logs: logs.account.report(),
    troubles: troubles(),
  });
  const all = async (act: (pipeline: Pipeline) => Promise<void>): Promise<TelemetryReport> => {
    drainWorkers();
    await Promise.all([spans, metrics, logs].map(({ pipeline }) => act(pipeline).catch(reportFailure)));
    return account();
  };
  let shutdown: Promise<TelemetryReport> | undefined;
  const telemetry: Telemetry = {
    report: account,
    flush: (options) => {
      const deadline = deadlineIn(timeoutOf(options));
      // The last flush is under way already.
      if (shutdown !== undefined) return endsBy(deadline, shutdown).then(account);
      return all((pipeline) => pipeline.flush(deadline));
    },
    shutdown: (options) => {
      if (shutdown !== undefined) return shutdown;
      around.before?.();
      const deadline = deadlineIn(timeoutOf(options));
      return (shutdown = all((pipeline) => pipeline.close(deadline)).finally(around.after));
    },
    [Symbol.asyncDispose]: async () => {
      await telemetry.shutdown();
    },
  };
  return telemetry;
}

function timeoutOf(options: FlushOptions | undefined): number {
  let timeout: unknown;
  try {
    timeout = options?.timeout;
  } catch {
    return FLUSH_TIMEOUT;
  }
  return typeof timeout === "number" && timeout >= 0 && timeout <= LONGEST_WAIT ? timeout : FLUSH_TIMEOUT;
}

function reportFailure(thrown: unknown): void {
  report("internal_error", `a flush failed (${describe(thrown)})`);
}
