import type { MeterProvider } from "@opentelemetry/api";
import { report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";
import { tallyOf } from "../metrics/tally.ts";
import type { Settings } from "./settings.ts";
import type { Telemetry } from "./telemetry.ts";

/** What of one telemetry has not left the process. */
interface Unsent {
  readonly spans: number;
  readonly logs: number;
  readonly hasMeasurements: boolean;
}

type Look = () => Unsent;

/** Of measurements where they are collected at all; what was measured before now went nowhere. */
export function unsentOf(
  telemetry: Telemetry,
  meterProvider: MeterProvider,
  { isDisabled, metricsExporter, meterProvider: given }: Settings,
): Look {
  const collects = !isDisabled && metricsExporter !== "none" && given === undefined;
  const tally = tallyOf(meterProvider);
  tally.collected = tally.measured;
  return () => {
    const { spans, logs } = telemetry.report();
    const hasMeasurements = collects && tally.measured > tally.collected;
    return { spans: spans.pending, logs: logs.pending, hasMeasurements };
  };
}

/** Of each telemetry that is open, of all copies of this package. */
const open = processWide("unsent", () => new Set<Look>());

/** Has it told if the process ends meanwhile with no time to send, until what is returned is called. */
export function tellIfUnsent(look: Look): () => void {
  if (open.size === 0) process.on("exit", tellAll);
  open.add(look);
  return () => {
    open.delete(look);
    if (open.size === 0) process.off("exit", tellAll);
  };
}

function tellAll(): void {
  const all = Array.from(open, (look) => look());
  const sum = (signal: "spans" | "logs"): number => all.reduce((total, unsent) => total + unsent[signal], 0);
  const [spans, logs] = [sum("spans"), sum("logs")];
  const unsent = [
    ...(spans > 0 ? [`spans that were not sent, ${spans} of them`] : []),
    ...(logs > 0 ? [`log records that were not sent, ${logs} of them`] : []),
    ...(all.some(({ hasMeasurements }) => hasMeasurements) ? ["measurements that were not collected"] : []),
  ];
  if (unsent.length > 0)
    report(
      "unsent_at_exit",
      `the process ends with ${unsent.join(", and with ")}: process.exit() and an uncaught error give no time, and what createTelemetry() makes is for its owner to end; before the end, await telemetry.shutdown()`,
    );
}
