import type { Context as ApiContext } from "@opentelemetry/api";
import { Context } from "./context.ts";

/** The key that the official packages use too, so that each side's instrumentation respects the other's. */
const SUPPRESS_TRACING = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** False also for what is no context: never throws. */
export function isTracingSuppressed(context: ApiContext): boolean {
  try {
    return context.getValue(SUPPRESS_TRACING) === true;
  } catch {
    return false;
  }
}

/** Where telemetry does its own work: nothing in it is traced, and it belongs to no request. */
export const SUPPRESSED: Context = new Context().setValue(SUPPRESS_TRACING, true);
